import { ActionIcon, Button, Textarea, TextInput } from '@mantine/core';
import { IconPencil, IconPlus, IconTag, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { labelsQuery, useMay } from '@/api/queries';
import { t } from '@/i18n';
import { Empty, Failure, Skeletons } from '@/ui/states';
import { FormDialog, Page, SureDialog, useChange } from '../parts';
import classes from '../settings.module.css';

type Label = Schemas['Label'];
const COLORS = ['#1b6f75', '#0a6cff', '#7048e8', '#c2255c', '#c92a2a', '#d9480f', '#b08900', '#2b8a3e', '#495057'];

/** The words that conversations are sorted by. */
export function LabelsPage() {
  const labels = useQuery(labelsQuery);
  const mayManage = useMay('manage_desk');
  const [open, setOpen] = useState<Label | 'new'>();
  const [doomed, setDoomed] = useState<Label>();
  return (
    <Page
      title={t('shell.settings.labels')}
      help={mayManage ? t('settings.help.labels') : t('settings.mayManagers')}
      action={
        mayManage && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen('new')}>
            {t('settings.labels.new')}
          </Button>
        )
      }
    >
      {labels.isPending && <Skeletons count={4} height={52} />}
      {labels.isError && <Failure problem={labels.error} onRetry={() => void labels.refetch()} />}
      {labels.data?.length === 0 && (
        <Empty icon={<IconTag size={28} aria-hidden />} title={t('settings.labels.none')}>
          {t('settings.labels.noneHelp')}
        </Empty>
      )}
      <ul className={classes.rows} aria-label={t('shell.settings.labels')}>
        {labels.data?.map((label) => (
          <li key={label.id}>
            <span className={classes.dot} style={{ background: label.color }} />
            <div className={classes.what}>
              <strong dir="auto">{label.name}</strong>
              {label.description && <span dir="auto">{label.description}</span>}
            </div>
            <span className={classes.aside}>{t('settings.labels.count', { count: label.count })}</span>
            {mayManage && (
              <>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('settings.change', { name: label.name })}
                  onClick={() => setOpen(label)}
                >
                  <IconPencil size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('settings.remove', { name: label.name })}
                  onClick={() => setDoomed(label)}
                >
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              </>
            )}
          </li>
        ))}
      </ul>
      {open && <LabelForm label={open === 'new' ? undefined : open} onClose={() => setOpen(undefined)} />}
      {doomed && (
        <SureDialog
          title={t('settings.labels.delete')}
          text={t('settings.labels.sure', { name: doomed.name, count: doomed.count })}
          yes={t('settings.delete')}
          stale={keys.labels}
          onYes={() => unwrap(api.DELETE('/api/v1/labels/{label_id}', { params: { path: { label_id: doomed.id } } }))}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </Page>
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
