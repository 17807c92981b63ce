import { IconArrowsSplit2, IconGitMerge, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { useMay } from '@/api/queries';
import { t } from '@/i18n';
import { Avatar } from '@/ui/Avatar';
import { ChannelBadge } from '@/ui/ChannelBadge';
import { Failure, Skeletons } from '@/ui/states';
import { type Contact, dismiss, mergeContact, suggestionsQuery, unmergeContact } from './contact';
import classes from './panel.module.css';
import { type Likeness, likenesses } from './people';
import { onEscape, Reason } from './Reason';

/** Who may be the same person, who was made one with them, and the way back. */
export function PeopleCard({ contact }: { contact: Contact }) {
  const mayMerge = useMay('merge_contacts');
  const query = useQuery(suggestionsQuery(contact.id));
  if (query.isError) return <Failure problem={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeletons count={1} height={44} />;
  const found = likenesses(query.data, contact.id);
  const isQuiet = found.length === 0 && contact.merged_from.length === 0;
  return (
    <>
      {isQuiet && <p className={classes.nothing}>{t('panel.merge.none')}</p>}
      {found.map((likeness) => (
        <Alike key={likeness.suggestion.id} contact={contact} likeness={likeness} mayMerge={mayMerge} />
      ))}
      <MergedFrom contact={contact} mayMerge={mayMerge} />
      {mayMerge ? <Finder contact={contact} /> : <Reason>{t('panel.mayManagers')}</Reason>}
    </>
  );
}

interface AlikeProps {
  contact: Contact;
  likeness: Likeness;
  mayMerge: boolean;
}

function Alike({ contact, likeness, mayMerge }: AlikeProps) {
  const { suggestion, otherId, otherName } = likeness;
  return (
    <div className={classes.alike}>
      <Avatar name={otherName} size={30} />
      <span className={classes.identity}>
        <bdi>{otherName || t('inbox.nameless')}</bdi>
        <span>{t(`panel.merge.reason.${suggestion.reason}`)}</span>
      </span>
      {mayMerge && (
        <div className={classes.buttons}>
          <button
            type="button"
            className={classes.primary}
            onClick={() => void mergeContact(contact, otherId, otherName)}
          >
            <IconGitMerge size={14} aria-hidden /> {t('panel.merge')}
          </button>
          <button type="button" className={classes.small} onClick={() => void dismiss(contact, suggestion)}>
            {t('panel.merge.different')}
          </button>
        </div>
      )}
    </div>
  );
}

function MergedFrom({ contact, mayMerge }: { contact: Contact; mayMerge: boolean }) {
  if (contact.merged_from.length === 0) return null;
  return (
    <>
      <h4 className={classes.subtitle}>{t('panel.mergedFrom')}</h4>
      <ul className={classes.people}>
        {contact.merged_from.map(({ id, name }) => (
          <li key={id}>
            <Avatar name={name} size={24} />
            <bdi>{name || t('inbox.nameless')}</bdi>
            {mayMerge && (
              <button
                type="button"
                className={classes.small}
                onClick={() => void unmergeContact(contact, id, name)}
                aria-label={`${t('panel.merge.unmerge')}: ${name}`}
              >
                <IconArrowsSplit2 size={14} aria-hidden /> {t('panel.merge.unmerge')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

const MOST = 6;

/** Any other contact, by name: what no shared address tells, a person of the team may know. */
function Finder({ contact }: { contact: Contact }) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<Schemas['Contact']>();
  if (!isOpen) {
    return (
      <button type="button" className={classes.add} onClick={() => setOpen(true)}>
        <IconSearch size={14} aria-hidden /> {t('panel.merge.find')}
      </button>
    );
  }
  const merge = () => {
    if (chosen) void mergeContact(contact, chosen.id, chosen.name);
    setOpen(false);
    setChosen(undefined);
    setTyped('');
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape leaves, whichever field it comes from
    <div className={classes.finder} onKeyDown={(event) => onEscape(event, () => setOpen(false))}>
      {chosen ? (
        <Asking contact={contact} other={chosen} onYes={merge} onNo={() => setChosen(undefined)} />
      ) : (
        <>
          <input
            ref={focusOnce}
            className={classes.field}
            dir="auto"
            value={typed}
            placeholder={t('panel.merge.findName')}
            aria-label={t('panel.merge.findName')}
            onChange={(event) => setTyped(event.target.value)}
          />
          <Found contact={contact} typed={typed.trim()} onChoose={setChosen} />
        </>
      )}
    </div>
  );
}

function focusOnce(element: HTMLInputElement | null): void {
  element?.focus();
}

interface FoundProps {
  contact: Contact;
  typed: string;
  onChoose: (contact: Schemas['Contact']) => void;
}

function Found({ contact, typed, onChoose }: FoundProps) {
  const query = useQuery({
    queryKey: ['contacts', typed],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/contacts', { params: { query: { name_contains: typed, limit: MOST + 1 } }, signal }),
      ).then((answer) => answer.items),
    enabled: typed !== '',
    staleTime: 10_000,
  });
  if (typed === '' || !query.data) return null;
  const others = query.data.filter(({ id }) => id !== contact.id).slice(0, MOST);
  if (others.length === 0) return <p className={classes.nothing}>{t('panel.merge.noneFound')}</p>;
  return (
    <ul className={classes.people}>
      {others.map((other) => (
        <li key={other.id}>
          <button type="button" className={classes.jump} onClick={() => onChoose(other)}>
            <Avatar name={other.name} url={other.avatar_url} size={24} />
            <bdi>{other.name || t('inbox.nameless')}</bdi>
            {other.platforms.map((platform) => (
              <ChannelBadge key={platform} platform={platform} size={15} />
            ))}
          </button>
        </li>
      ))}
    </ul>
  );
}

interface AskingProps {
  contact: Contact;
  other: Schemas['Contact'];
  onYes: () => void;
  onNo: () => void;
}

function Asking({ contact, other, onYes, onNo }: AskingProps) {
  return (
    <div className={classes.alike}>
      <Avatar name={other.name} url={other.avatar_url} size={30} />
      <span className={classes.identity}>
        <bdi>{t('panel.merge.with', { name: other.name })}</bdi>
        <span>{t('panel.merge.explain', { other: other.name, name: contact.name })}</span>
      </span>
      <div className={classes.buttons}>
        <button type="button" className={classes.primary} onClick={onYes}>
          <IconGitMerge size={14} aria-hidden /> {t('panel.merge')}
        </button>
        <button type="button" className={classes.small} onClick={onNo}>
          {t('shell.cancel')}
        </button>
      </div>
    </div>
  );
}
