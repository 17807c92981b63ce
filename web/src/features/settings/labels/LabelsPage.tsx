import { Textarea, TextInput } from '@mantine/core';
import { IconTag } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { labelsQuery, useMay } from '@/api/queries';
import { t } from '@/i18n';
import { FormDialog, List, useChange } from '../parts';
import classes from '../settings.module.css';

type Label = Schemas['Label'];
const COLORS = ['#1b6f75', '#0a6cff', '#7048e8', '#c2255c', '#c92a2a', '#d9480f', '#b08900', '#2b8a3e', '#495057'];

/** The words that conversations are sorted by. */
export function LabelsPage() {
  const mayManage = useMay('manage_desk');
  return (
    <List
      title={t('shell.settings.labels')}
      help={mayManage ? t('settings.help.labels') : t('settings.mayManagers')}
      found={useQuery(labelsQuery)}
      empty={{
        icon: <IconTag size={28} aria-hidden />,
        title: t('settings.labels.none'),
        help: t('settings.labels.noneHelp'),
      }}
      add={mayManage ? t('settings.labels.new') : undefined}
      nameOf={(label) => label.name}
      mayChange={() => mayManage}
      mark={({ color }) => <span className={classes.dot} style={{ background: color }} />}
      row={(label) => (
        <>
          <div className={classes.what}>
            <strong dir="auto">{label.name}</strong>
            {label.description && <span dir="auto">{label.description}</span>}
          </div>
          <span className={classes.aside}>{t('settings.labels.count', { count: label.count })}</span>
        </>
      )}
      form={(label, onClose) => <LabelForm label={label} onClose={onClose} />}
      deletion={{
        title: t('settings.labels.delete'),
        text: ({ name, count }) =>
          count === 0 ? t('settings.labels.sureUnused', { name }) : t('settings.labels.sure', { name, count }),
        run: ({ id }) => unwrap(api.DELETE('/api/v1/labels/{label_id}', { params: { path: { label_id: id } } })),
        stale: keys.labels,
      }}
    />
  );
}

function LabelForm({ label, onClose }: { label?: Label; onClose: () => void }) {
  const [name, setName] = useState(label?.name ?? '');
  const [color, setColor] = useState(label?.color ?? COLORS[0]!);
  const [description, setDescription] = useState(label?.description ?? '');
  const save = useChange(
    () => {
      const body = { name: name.trim(), color, description: description.trim() };
      return label
        ? unwrap(api.PATCH('/api/v1/labels/{label_id}', { params: { path: { label_id: label.id } }, body }))
        : unwrap(api.POST('/api/v1/labels', { body }));
    },
    keys.labels,
    onClose,
  );
  return (
    <FormDialog
      title={label ? t('settings.change', { name: label.name }) : t('settings.labels.new')}
      submit={t('settings.save')}
      isPending={save.isPending}
      problem={save.error}
      onSubmit={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <TextInput
        label={t('settings.name')}
        required
        data-autofocus
        maxLength={100}
        dir="auto"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <fieldset className={classes.colors}>
        <legend>{t('settings.color')}</legend>
        {COLORS.map((one) => (
          <label key={one} style={{ background: one }}>
            <input type="radio" name="color" aria-label={one} checked={color === one} onChange={() => setColor(one)} />
          </label>
        ))}
        <label className={classes.ownColor}>
          <span>{t('settings.ownColor')}</span>
          <input type="color" value={color} onChange={(event) => setColor(event.target.value)} />
        </label>
      </fieldset>
      <Textarea
        label={t('settings.description')}
        maxLength={1000}
        autosize
        minRows={2}
        dir="auto"
        value={description}
        onChange={(event) => setDescription(event.target.value)}
      />
    </FormDialog>
  );
}
