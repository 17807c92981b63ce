import { Button, Switch, TextInput } from '@mantine/core';
import { IconBookmark } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { countsQuery, useMay } from '@/api/queries';
import { searchOf } from '@/features/inbox/search';
import { useWordsOf } from '@/features/inbox/useWordsOf';
import { t } from '@/i18n';
import { FormDialog, List, useChange } from '../parts';
import classes from '../settings.module.css';

type View = Schemas['SavedView'];

const viewsQuery = queryOptions({
  queryKey: keys.views,
  queryFn: () => unwrap(api.GET('/api/v1/views')).then((answer) => answer.items),
});

/** Lists of conversations that somebody keeps. They are made in the inbox. */
export function ViewsPage() {
  const mayShare = useMay('manage_desk');
  return (
    <List
      title={t('shell.settings.views')}
      help={t('settings.help.views')}
      found={useQuery(viewsQuery)}
      empty={{
        icon: <IconBookmark size={28} aria-hidden />,
        title: t('settings.views.none'),
        help: t('settings.views.noneHelp'),
      }}
      action={
        <Button variant="default" component={Link} to="/inbox">
          {t('settings.views.toInbox')}
        </Button>
      }
      nameOf={(view) => view.name}
      mayChange={(view) => mayShare || !view.is_shared}
      row={(view) => <ViewRow view={view} />}
      form={(view, onClose) => view && <ViewForm view={view} mayShare={mayShare} onClose={onClose} />}
      deletion={{
        title: t('settings.views.delete'),
        text: ({ name }) => t('settings.sure', { name }),
        run: ({ id }) => unwrap(api.DELETE('/api/v1/views/{view_id}', { params: { path: { view_id: id } } })),
        stale: keys.views,
      }}
    />
  );
}

/** A view with what it narrows the inbox to, in words. */
function ViewRow({ view }: { view: View }) {
  const count = useQuery(countsQuery).data?.saved_views[view.id];
  const search = searchOf(view.filters);
  return (
    <>
      <div className={classes.what}>
        <Link to="/inbox" search={search} dir="auto">
          {view.name}
        </Link>
        <span>{useWordsOf(search).join(' · ')}</span>
      </div>
      {count !== undefined && <span className={classes.aside}>{t('settings.views.count', { count })}</span>}
      <span className={classes.badge}>{t(view.is_shared ? 'settings.shared' : 'settings.own')}</span>
    </>
  );
}

function ViewForm({ view, mayShare, onClose }: { view: View; mayShare: boolean; onClose: () => void }) {
  const [name, setName] = useState(view.name);
  const [isShared, setShared] = useState(view.is_shared);
  const save = useChange(
    () => {
      const body = { name: name.trim(), is_shared: isShared };
      return unwrap(api.PATCH('/api/v1/views/{view_id}', { params: { path: { view_id: view.id } }, body }));
    },
    keys.views,
    onClose,
  );
  return (
    <FormDialog
      title={t('settings.change', { name: view.name })}
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
