import { Switch } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type FormEvent, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useMay } from '@/api/queries';
import { t } from '@/i18n';
import { faultOf, isEditable, isErased, readValue, textOf, titleOf } from './attributes';
import { type Contact, removeAttribute, setAttribute } from './contact';
import fields from './fields.module.css';
import { InlineField } from './InlineField';
import classes from './panel.module.css';
import { onEscape } from './Reason';

const LONGEST = 1000;

/** What flows, programs and people know of somebody beside the usual. */
export function AttributesCard({ contact }: { contact: Contact }) {
  const gone = isErased(contact.attributes);
  const mayEdit = useMay('edit_contacts') && !gone;
  const all = gone ? [] : Object.entries(contact.attributes);
  return (
    <>
      {all.length === 0 && <p className={classes.nothing}>{t('panel.attribute.none')}</p>}
      <dl className={fields.rows}>
        {all.map(([name, value]) => (
          <Attribute key={name} contact={contact} name={name} value={value} mayEdit={mayEdit} />
        ))}
      </dl>
      {mayEdit && <NewAttribute contact={contact} />}
    </>
  );
}

interface One {
  contact: Contact;
  name: string;
  value: unknown;
  mayEdit: boolean;
}

function Attribute({ contact, name, value, mayEdit }: One) {
  const title = titleOf(name);
  return (
    <>
      <dt title={name} dir="auto">
        {title}
      </dt>
      <dd>
        <Value contact={contact} name={name} value={value} mayEdit={mayEdit} />
        {mayEdit && (
          <button
            type="button"
            className={`${fields.icon} ${fields.reveal}`}
            aria-label={t('panel.attribute.remove', { name: title })}
            onClick={() => void removeAttribute(contact, name)}
          >
            <IconX size={14} aria-hidden />
          </button>
        )}
      </dd>
    </>
  );
}

function Value({ contact, name, value, mayEdit }: One) {
  if (typeof value === 'boolean') {
    return (
      <Switch
        className={classes.yesNo}
        size="xs"
        checked={value}
        disabled={!mayEdit}
        aria-label={titleOf(name)}
        label={value ? t('panel.yes') : t('panel.no')}
        onChange={(event) => void setAttribute(contact, name, event.currentTarget.checked)}
      />
    );
  }
  return (
    <InlineField
      label={titleOf(name)}
      value={textOf(value)}
      maxLength={LONGEST}
      isLocked={!mayEdit || !isEditable(value)}
      onSave={(text) => void setAttribute(contact, name, readValue(text, value))}
    />
  );
}

function NewAttribute({ contact }: { contact: Contact }) {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const first = useRef<HTMLInputElement>(null);
  const fault = faultOf(name, contact.attributes);
  const open = () => {
    flushSync(() => setOpen(true));
    first.current?.focus();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fault) return;
    void setAttribute(contact, name.trim(), readValue(value));
    setName('');
    setValue('');
    first.current?.focus();
  };
  if (!isOpen) {
    return (
      <button type="button" className={classes.add} onClick={open}>
        <IconPlus size={14} aria-hidden /> {t('panel.attribute.add')}
      </button>
    );
  }
  return (
    <form className={classes.pair} onSubmit={submit} onKeyDown={(event) => onEscape(event, () => setOpen(false))}>
      <input
        ref={first}
        className={classes.field}
        dir="auto"
        placeholder={t('panel.attribute.name')}
        aria-label={t('panel.attribute.name')}
        aria-invalid={fault === 'taken' || fault === 'long'}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <input
        className={classes.field}
        dir="auto"
        placeholder={t('panel.attribute.value')}
        aria-label={t('panel.attribute.value')}
        maxLength={LONGEST}
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <button type="submit" className={classes.small} disabled={fault !== undefined}>
        {t('panel.add')}
      </button>
      {(fault === 'taken' || fault === 'long') && (
        <p className={classes.fault} role="alert">
          {t(`panel.attribute.${fault}`)}
        </p>
      )}
    </form>
  );
}
