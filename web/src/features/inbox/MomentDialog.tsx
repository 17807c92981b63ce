import { Button, Modal } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { t } from '@/i18n';
import classes from './moment.module.css';
import { fromField, toField } from './moments';

const SUGGESTED_MS = 3_600_000;

interface Props {
  title: string;
  onChoose: (moment: Date) => void;
  onClose: () => void;
}

/** Any moment that is to come. */
export default function MomentDialog({ title, onChoose, onClose }: Props) {
  const [when, setWhen] = useState(toField(new Date(Date.now() + SUGGESTED_MS)));
  const moment = fromField(when);
  const isAhead = moment !== undefined && moment.getTime() > Date.now();
  const choose = (event: FormEvent) => {
    event.preventDefault();
    if (!isAhead) return;
    onChoose(moment);
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={title} size="sm" closeButtonProps={{ 'aria-label': t('shell.close') }}>
      <form className={classes.form} onSubmit={choose}>
        <label>
          {t('inbox.scheduled.when')}
          <input
            type="datetime-local"
            data-autofocus
            required
            value={when}
            min={toField(new Date())}
            onChange={(event) => setWhen(event.target.value)}
          />
        </label>
        {moment && !isAhead && <p role="alert">{t('inbox.scheduled.past')}</p>}
        <Button type="submit" disabled={!isAhead}>
          {title}
        </Button>
      </form>
    </Modal>
  );
}
