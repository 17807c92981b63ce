import { Modal } from '@mantine/core';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useMay } from '@/api/queries';
import { t } from '@/i18n';
import { useWhileShown } from '@/ui/useWhileShown';
import { isErased } from './attributes';
import { type Contact, eraseContact, exportContact } from './contact';
import classes from './panel.module.css';
import { fileNameOf, isTyped } from './people';
import { Reason } from './Reason';

/** What a person may ask for: everything that is kept of them, or that nothing is. */
export function PrivacyCard({ contact }: { contact: Contact }) {
  const mayErase = useMay('erase_contacts');
  const [isErasing, setErasing] = useWhileShown();
  const [isBusy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    await exportContact(contact, fileNameOf(contact.name, contact.id));
    setBusy(false);
  };
  if (isErased(contact.attributes)) return <Reason>{t('panel.erase.done')}</Reason>;
  if (!mayErase) return <Reason>{t('panel.mayAdmins')}</Reason>;
  return (
    <div className={classes.privacy}>
      <p className={classes.nothing}>{t('panel.export.explain')}</p>
      <button type="button" className={classes.small} disabled={isBusy} onClick={() => void download()}>
        <IconDownload size={14} aria-hidden /> {t('panel.export.button')}
      </button>
      <button type="button" className={classes.danger} onClick={() => setErasing(true)}>
        <IconTrash size={14} aria-hidden /> {t('panel.erase.button')}
      </button>
      <Modal
        opened={isErasing}
        onClose={() => setErasing(false)}
        title={t('panel.erase.title')}
        closeButtonProps={{ 'aria-label': t('shell.close') }}
      >
        <Confirming contact={contact} onDone={() => setErasing(false)} />
      </Modal>
    </div>
  );
}

function Confirming({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const [typed, setTyped] = useState('');
  const [isBusy, setBusy] = useState(false);
  const name = contact.name || t('inbox.nameless');
  const isSure = isTyped(typed, name);
  const erase = async (event: FormEvent) => {
    event.preventDefault();
    if (!isSure) return;
    setBusy(true);
    if (await eraseContact(contact)) onDone();
    else setBusy(false);
  };
  return (
    <form className={classes.confirm} onSubmit={(event) => void erase(event)}>
      <p>{t('panel.erase.explain', { name })}</p>
      <label>
        <span>{t('panel.erase.type', { name })}</span>
        <input
          className={classes.field}
          dir="auto"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          data-autofocus
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <div className={classes.buttons}>
        <button type="button" className={classes.small} onClick={onDone}>
          {t('shell.cancel')}
        </button>
        <button type="submit" className={classes.danger} data-filled disabled={!isSure || isBusy}>
          {t('panel.erase.sure')}
        </button>
      </div>
    </form>
  );
}
