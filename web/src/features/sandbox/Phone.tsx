import { useMediaQuery } from '@mantine/hooks';
import { IconChevronLeft } from '@tabler/icons-react';
import { Fragment, useEffect, useMemo, useRef, useState } from 'react';
import { t } from '@/i18n';
import { dayName, startOfDay, useNow } from '@/ui/time';
import type { PhoneMessage, Player } from './api';
import { Bubble } from './Bubble';
import { PhoneComposer } from './PhoneComposer';
import { readable } from './readable';
import classes from './sandbox.module.css';
import { SKINS } from './skins';
import { useMessages, usePlay } from './usePhone';

interface Props {
  player: Player;
  business: string;
  onLeave: () => void;
}

const NARROW = '(max-width: 719px)';

/** One customer's screen: the conversation with the business, in the platform's skin. */
export function Phone({ player, business, onLeave }: Props) {
  const now = useNow();
  // Where there is no room for two, the list with its heading is not there.
  const Heading = useMediaQuery(NARROW, false) ? 'h1' : 'h2';
  const all = useMessages(player).data;
  const messages = useMemo(() => (all ?? []).filter((one) => one.type !== 'reaction'), [all]);
  const play = usePlay(player);
  const [reply, setReply] = useState<PhoneMessage>();
  const [edit, setEdit] = useState<PhoneMessage>();
  const end = useRef<HTMLLIElement>(null);
  const newest = messages.at(-1)?.id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message scrolls, nothing else
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' });
  }, [newest]);

  const act = (action: string, content?: Record<string, unknown>) => play.mutate({ action, content });
  const last = messages.at(-1);
  const lastOwn = messages.findLast((one) => one.direction === 'in')?.id;
  const quickReplies = last?.direction === 'out' ? readable(last).quickReplies : [];
  const problem = play.error ? play.error.message || t('sandbox.no_sandbox') : play.data?.reason;
  return (
    <section className={classes.phone} data-platform={player.platform} aria-label={SKINS[player.platform].label}>
      <header className={classes.bar}>
        <button type="button" className={classes.back} aria-label={t('sandbox.people')} onClick={onLeave}>
          <IconChevronLeft size={20} aria-hidden />
        </button>
        <span aria-hidden className={classes.avatar}>
          {business.slice(0, 1)}
        </span>
        <Heading dir="auto">{business}</Heading>
        <span className={classes.network}>{SKINS[player.platform].label}</span>
      </header>
      <ol className={classes.messages} aria-live="polite" aria-label={t('sandbox.messages')} tabIndex={0}>
        {messages.length === 0 && <li className={classes.gone}>{t('sandbox.nothing')}</li>}
        {messages.map((message, place) => {
          const before = messages[place - 1];
          const isNewDay = !before || startOfDay(before.at) !== startOfDay(message.at);
          return (
            <Fragment key={message.id}>
              {isNewDay && <li className={classes.gone}>{dayName(message.at, now)}</li>}
              <Bubble
                platform={player.platform}
                account={player.account}
                message={message}
                isNext={!isNewDay && before.direction === message.direction}
                isLastOwn={message.id === lastOwn}
                quoted={messages.find((one) => one.id === message.reply_to)}
                onTap={(label) => act('tap', { label })}
                onAct={act}
                onReply={setReply}
                onEdit={setEdit}
              />
            </Fragment>
          );
        })}
        <li ref={end} aria-hidden />
      </ol>
      {quickReplies.length > 0 && (
        <div className={classes.quickReplies}>
          {quickReplies.map((one) => (
            <button key={one.label} type="button" dir="auto" onClick={() => act('tap', { label: one.label })}>
              {one.label}
            </button>
          ))}
        </div>
      )}
      {problem && (
        <p role="alert" className={classes.problem} dir="auto">
          {problem}
        </p>
      )}
      <PhoneComposer
        key={edit?.id ?? ''}
        platform={player.platform}
        reply={reply}
        edit={edit}
        onCancel={() => {
          setReply(undefined);
          setEdit(undefined);
        }}
        onPlay={(action, content) => {
          act(action, content);
          setReply(undefined);
          setEdit(undefined);
        }}
      />
    </section>
  );
}
