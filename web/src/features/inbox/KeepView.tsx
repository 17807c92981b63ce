import { Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { useMay } from '@/api/queries';
import { FormDialog, useChange } from '@/features/settings/parts';
import { t } from '@/i18n';
import { showToast } from '@/ui/toasts';
import { filtersOf, type InboxSearch } from './search';
import { useWordsOf } from './useWordsOf';

/** Keeps the list as it is narrowed now, under a name. */
export default function KeepView({ search, onClose }: { search: InboxSearch; onClose: () => void }) {
  const mayShare = useMay('manage_desk');
  const words = useWordsOf(search).join(' · ');
  const [name, setName] = useState('');
  const [isShared, setShared] = useState(false);
  const keep = useChange(
    () => {
      const filters = filtersOf(search) as Record<string, unknown>;
      return unwrap(api.POST('/api/v1/views', { body: { name: name.trim(), filters, is_shared: isShared } }));
    },
    keys.views,
    () => {
      onClose();
      showToast(t('inbox.viewKept', { name: name.trim() }));
    },
  );
  return (
    <FormDialog
      title={t('inbox.keepView')}
      submit={t('settings.save')}
      isPending={keep.isPending}
      problem={keep.error}
      onSubmit={() => keep.mutate(undefined)}
      onClose={onClose}
    >
      <TextInput
        label={t('inbox.viewName')}
        description={words}
        required
        data-autofocus
        maxLength={100}
        dir="auto"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {mayShare && (
        <Switch
          label={t('settings.views.share')}
          checked={isShared}
          onChange={(event) => setShared(event.target.checked)}
        />
      )}
    </FormDialog>
  );
}
