import { Menu } from '@mantine/core';
import { IconCalendarClock, IconCheck, IconChevronUp, IconClock, IconSend2 } from '@tabler/icons-react';
import { t } from '@/i18n';
import { LazyMenu } from '@/ui/LazyMenu';
import { snoozeChoices } from './actions';
import classes from './composer.module.css';
import type { Then } from './sending';

interface Props {
  isNote: boolean;
  isDisabled: boolean;
  onSend: (after?: Then) => void;
  onLater: (moment: Date) => void;
  onPickMoment: () => void;
}

// biome-ignore lint/suspicious/noThenProperty: the API's word; nobody waits for it
export const RESOLVED: Then = { then: 'close' };

/** Without a moment it ends with the customer's next message. */
function snoozed(until: Date | null): Then {
  // biome-ignore lint/suspicious/noThenProperty: as above
  return { then: 'snooze', snooze_until: until?.toISOString() };
}

/** Send, and what may go with it: resolving, snoozing, another time. */
export function SendButton({ isNote, isDisabled, onSend, onLater, onPickMoment }: Props) {
  return (
    <span className={classes.send}>
      <button type="button" className={classes.main} disabled={isDisabled} onClick={() => onSend()}>
        {isNote ? t('inbox.saveNote') : t('inbox.send')}
        <IconSend2 size={16} aria-hidden />
      </button>
      {!isNote && (
        <LazyMenu
          position="top-end"
          width={270}
          button={(props) => (
            <button
              type="button"
              className={classes.moreSend}
              disabled={isDisabled}
              aria-label={t('inbox.sendOther')}
              {...props}
            >
              <IconChevronUp size={15} aria-hidden />
            </button>
          )}
        >
          <OtherWays onSend={onSend} onLater={onLater} onPickMoment={onPickMoment} />
        </LazyMenu>
      )}
    </span>
  );
}

function OtherWays({ onSend, onLater, onPickMoment }: Pick<Props, 'onSend' | 'onLater' | 'onPickMoment'>) {
  const choices = snoozeChoices(new Date());
  const snooze = (until: Date | null) => () => onSend(snoozed(until));
  return (
    <>
      <Menu.Item leftSection={<IconCheck size={16} aria-hidden />} onClick={() => onSend(RESOLVED)}>
        {t('inbox.sendAndResolve')}
      </Menu.Item>
      <Menu.Divider />
      {choices.map(({ name, until }) => (
        <Menu.Item key={name} leftSection={<IconClock size={16} aria-hidden />} onClick={snooze(until)}>
          {t('inbox.sendAndSnooze', { when: t(`inbox.snoozeUntil.${name}`) })}
        </Menu.Item>
      ))}
      <Menu.Item leftSection={<IconClock size={16} aria-hidden />} onClick={snooze(null)}>
        {t('inbox.sendAndSnooze', { when: t('inbox.snoozeUntil.reply') })}
      </Menu.Item>
      <Menu.Divider />
      {choices.map(({ name, until }) => (
        <Menu.Item key={name} leftSection={<IconCalendarClock size={16} aria-hidden />} onClick={() => onLater(until)}>
          {t('inbox.sendLater', { when: t(`inbox.snoozeUntil.${name}`) })}
        </Menu.Item>
      ))}
      <Menu.Item leftSection={<IconCalendarClock size={16} aria-hidden />} onClick={onPickMoment}>
        {t('inbox.sendAt')}
      </Menu.Item>
    </>
  );
}
