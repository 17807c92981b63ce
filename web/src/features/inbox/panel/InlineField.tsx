import { IconCheck, IconPencil } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { t } from '@/i18n';
import classes from './fields.module.css';

interface Props {
  label: string;
  value: string;
  onSave: (value: string) => void;
  /** What stands there; the value itself when it is left out. */
  shown?: ReactNode;
  isLocked?: boolean;
  type?: 'text' | 'email' | 'tel';
  maxLength?: number;
  /** Without: a line to type into. With: one of these. */
  choices?: () => readonly { value: string; label: string }[];
  className?: string;
}

/** A value that becomes a field when it is pressed: Enter and leaving keep, Escape takes back. */
export function InlineField(props: Props) {
  const { label, value, shown, isLocked, className } = props;
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = (isByKey: boolean) => {
    setOpen(false);
    if (isByKey) requestAnimationFrame(() => button.current?.focus());
  };
  if (isLocked) {
    return (
      <span className={`${classes.locked} ${className ?? ''}`} dir="auto">
        {shown ?? (value || '–')}
      </span>
    );
  }
  if (isOpen) return <Editor {...props} onClose={close} />;
  return (
    <button
      ref={button}
      type="button"
      className={`${classes.value} ${className ?? ''}`}
      data-empty={value === '' || undefined}
      onClick={() => setOpen(true)}
    >
      <span className="visually-hidden">{t('panel.edit', { name: label })}: </span>
      <span dir="auto">{value === '' ? t('panel.empty') : (shown ?? value)}</span>
      <IconPencil size={13} className={classes.pencil} aria-hidden />
    </button>
  );
}

function Editor({
  label,
  value,
  type,
  maxLength,
  choices,
  onSave,
  onClose,
}: Props & { onClose: (k: boolean) => void }) {
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement & HTMLSelectElement>(null);
  const isDone = useRef(false);
  useEffect(() => {
    field.current?.focus();
    if (field.current instanceof HTMLInputElement) field.current.select();
  }, []);
  const finish = (wanted: string | undefined, isByKey: boolean) => {
    if (isDone.current) return;
    isDone.current = true;
    if (wanted !== undefined && wanted.trim() !== value) onSave(wanted.trim());
    onClose(isByKey);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    finish(event.key === 'Enter' ? text : undefined, true);
  };
  const common = { ref: field, className: classes.input, 'aria-label': label, onKeyDown };
  if (choices) {
    return (
      <select
        {...common}
        value={text}
        onChange={(event) => finish(event.target.value, true)}
        onBlur={() => finish(undefined, false)}
      >
        <option value="">{t('panel.none')}</option>
        {choices().map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    );
  }
  return (
    <span className={classes.editing}>
      <input
        {...common}
        type={type ?? 'text'}
        dir="auto"
        value={text}
        maxLength={maxLength}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        onBlur={() => finish(text, false)}
      />
      <button
        type="button"
        className={classes.keep}
        aria-label={t('panel.save')}
        onPointerDown={(event) => event.preventDefault()}
        onClick={() => finish(text, true)}
      >
        <IconCheck size={14} aria-hidden />
      </button>
    </span>
  );
}
