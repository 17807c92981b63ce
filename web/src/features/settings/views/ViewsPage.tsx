import { ActionIcon, Button, Switch, TextInput } from '@mantine/core';
import { IconBookmark, IconPencil, IconTrash } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { countsQuery, useMay } from '@/api/queries';
import { searchOf } from '@/features/inbox/search';
import { t } from '@/i18n';
import { Empty, Failure, Skeletons } from '@/ui/states';
import { FormDialog, Page, SureDialog, useChange } from '../parts';
import classes from '../settings.module.css';

type View = Schemas['SavedView'];

const viewsQuery = queryOptions({
  queryKey: keys.views,
  queryFn: () => unwrap(api.GET('/api/v1/views')).then((answer) => answer.items),
});

/** Lists of conversations that somebody keeps. They are made in the inbox. */
export function ViewsPage() {
  const views = useQuery(viewsQuery);
  const counts = useQuery(countsQuery).data?.saved_views ?? {};
  const mayShare = useMay('manage_desk');
  const [open, setOpen] = useState<View>();
  const [doomed, setDoomed] = useState<View>();
  return (
    <Page
      title={t('shell.settings.views')}
      help={t('settings.help.views')}
      action={
        <Button variant="default" component={Link} to="/inbox">
          {t('settings.views.toInbox')}
        </Button>
      }
    >
      {views.isPending && <Skeletons count={3} height={52} />}
      {views.isError && <Failure problem={views.error} onRetry={() => void views.refetch()} />}
      {views.data?.length === 0 && (
        <Empty icon={<IconBookmark size={28} aria-hidden />} title={t('settings.views.none')}>
          {t('settings.views.noneHelp')}
        </Empty>
      )}
      <ul className={classes.rows} aria-label={t('shell.settings.views')}>
        {views.data?.map((view) => (
          <li key={view.id}>
            <div className={classes.what}>
              <Link to="/inbox" search={searchOf(view.filters)} dir="auto">
                {view.name}
              </Link>
            </div>
            {counts[view.id] !== undefined && (
              <span className={classes.aside}>{t('settings.views.count', { count: counts[view.id]! })}</span>
            )}
            <span className={classes.badge}>{t(view.is_shared ? 'settings.shared' : 'settings.own')}</span>
            {(mayShare || !view.is_shared) && (
              <>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('settings.change', { name: view.name })}
                  onClick={() => setOpen(view)}
                >
                  <IconPencil size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('settings.remove', { name: view.name })}
                  onClick={() => setDoomed(view)}
                >
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              </>
            )}
          </li>
        ))}
      </ul>
      {open && <ViewForm view={open} mayShare={mayShare} onClose={() => setOpen(undefined)} />}
      {doomed && (
        <SureDialog
          title={t('settings.views.delete')}
          text={t('settings.sure', { name: doomed.name })}
          yes={t('settings.delete')}
          stale={keys.views}
          onYes={() => unwrap(api.DELETE('/api/v1/views/{view_id}', { params: { path: { view_id: doomed.id } } }))}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </Page>
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
