import { IconCheck, IconMicrophone, IconX } from '@tabler/icons-react';
import { t } from '@/i18n';
import classes from './recorder.module.css';

interface Props {
  elapsed: number;
  onStop: () => void;
  onCancel: () => void;
}

/** While something is recorded: how long it is, keep it or not. */
export default function Recorder({ elapsed, onStop, onCancel }: Props) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape cancels, as the button does
    <div className={classes.recorder} onKeyDown={(event) => event.key === 'Escape' && onCancel()}>
      <IconMicrophone size={16} aria-hidden />
      <span role="status">{t('inbox.voice.recording')}</span>
      <span className={classes.time} role="timer">
        {clock(elapsed)}
      </span>
      <button
        type="button"
        // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that began it
        autoFocus
        onClick={onStop}
      >
        <IconCheck size={15} aria-hidden /> {t('inbox.voice.stop')}
      </button>
      <button type="button" onClick={onCancel}>
        <IconX size={15} aria-hidden /> {t('shell.cancel')}
      </button>
    </div>
  );
}

function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
