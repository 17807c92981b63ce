import { IconAlertCircle, IconClock, IconFile } from '@tabler/icons-react';
import { memo } from 'react';
import { t } from '@/i18n';
import classes from './bubble.module.css';
import { giveBack } from './drafts';
import { forget, type Outgoing, sendAgain } from './outgoing';

/** Our own message before the server has confirmed it. */
export const OutgoingRow = memo(function OutgoingRow({ entry }: { entry: Outgoing }) {
  const { draft, state, error } = entry;
  const files = draft.media ?? [];
  return (
    <div className={classes.row} data-ours data-first data-last>
      <div className={classes.column}>
        <div className={classes.bubble} data-bad={state === 'refused' || undefined}>
          {files.map((file, place) => (
            <span key={place} className={classes.context}>
              <IconFile size={15} aria-hidden /> {file.file_name}
            </span>
          ))}
          {draft.text && (
            <p className={classes.text} dir="auto">
              {draft.text}
            </p>
          )}
          {!draft.text && draft.template && <p className={classes.text}>{draft.template.name}</p>}
          <span className={classes.footer}>
            {state === 'waiting' && t('inbox.status.waiting')}
            <IconClock size={13} role="img" aria-label={t('inbox.status.sending')} />
          </span>
        </div>
        {state === 'refused' && (
          <div className={classes.trouble} role="alert">
            <IconAlertCircle size={15} aria-hidden />
            <span dir="auto">{error?.sentence}</span>
            {error?.code === 'answered_meanwhile' && (
              <button type="button" onClick={() => void sendAgain(entry, { is_confirmed: true })}>
                {t('inbox.sendAnyway')}
              </button>
            )}
            <button
              type="button"
              onClick={() => {
                giveBack(entry);
                forget(entry.client_id);
              }}
            >
              {t('inbox.change')}
            </button>
          </div>
        )}
      </div>
    </div>
  );
});
