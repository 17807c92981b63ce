import { ActionIcon, Checkbox, Select, Switch } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { channelsQuery, useMe } from '@/api/queries';
import { t } from '@/i18n';
import { chime } from '@/pwa/chime';
import { isSoundOn } from '@/pwa/notices';
import { Failure, Skeletons } from '@/ui/states';
import { useStore } from '@/ui/store';
import { showError } from '@/ui/toasts';
import settings from '../settings.module.css';
import classes from './notifications.module.css';
import {
  type Preference,
  preferencesQuery,
  savePreferences,
  type Way,
  withChannel,
  withChoice,
  withoutChannel,
} from './queries';

const WAYS = { in_app: 'notifications.inApp', push: 'notifications.onDevices', email: 'notifications.email' } as const;

/** Each way that somebody can be told, for all channels and for single ones; every click is saved. */
export function Choices() {
  const found = useQuery(preferencesQuery);
  return (
    <section className={settings.card} aria-labelledby="notifications-what">
      <h2 id="notifications-what">{t('notifications.what')}</h2>
      <p className={classes.help}>{t('notifications.whatHelp')}</p>
      {found.isPending && <Skeletons count={2} height={44} />}
      {found.isError && <Failure problem={found.error} onRetry={() => void found.refetch()} />}
      {found.data && <Table items={found.data} />}
      <Sound />
    </section>
  );
}

/** Shows a choice at once; the answers of the server come in the order of the clicks. */
function useSave() {
  const queries = useQueryClient();
  const { queryKey } = preferencesQuery;
  return useMutation({
    scope: { id: 'notifications' },
    mutationFn: savePreferences,
    onMutate: async (items) => {
      await queries.cancelQueries({ queryKey });
      queries.setQueryData(queryKey, items);
    },
    onError: (problem) => {
      showError(problem);
      return queries.invalidateQueries({ queryKey });
    },
  });
}

function Table({ items }: { items: Preference[] }) {
  const me = useMe();
  const channels = useQuery(channelsQuery).data ?? [];
  const save = useSave();
  const names = new Map(channels.map((channel) => [channel.id, channel.name]));
  const free = channels.filter((channel) => !items.some((one) => one.channel_id === channel.id));
  const nameOf = (id: string | null) => {
    if (id === null) return t(items.length > 1 ? 'notifications.allOthers' : 'notifications.allChannels');
    return names.get(id) ?? t('notifications.goneChannel');
  };
  return (
    <>
      <div className={settings.scroll}>
        <table className={`${settings.table} ${classes.choices}`}>
          <thead>
            <tr>
              <th scope="col">{t('notifications.channel')}</th>
              {Object.values(WAYS).map((key) => (
                <th key={key} scope="col">
                  {t(key)}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <tr key={one.channel_id}>
                <th scope="row" dir="auto">
                  {nameOf(one.channel_id)}
                </th>
                {(Object.keys(WAYS) as Way[]).map((way) => (
                  <td key={way}>
                    <Checkbox
                      aria-label={`${nameOf(one.channel_id)}: ${t(WAYS[way])}`}
                      checked={one[way]}
                      disabled={way === 'email' && !me.features.has_email}
                      onChange={(event) => save.mutate(withChoice(items, one.channel_id, way, event.target.checked))}
                    />
                  </td>
                ))}
                <td>
                  {one.channel_id && (
                    <ActionIcon
                      aria-label={t('notifications.remove', { name: nameOf(one.channel_id) })}
                      onClick={() => save.mutate(withoutChannel(items, one.channel_id!))}
                    >
                      <IconTrash size={16} aria-hidden />
                    </ActionIcon>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!me.features.has_email && <p className={classes.help}>{t('notifications.noEmail')}</p>}
      {free.length > 0 && (
        <Select
          className={settings.narrow}
          aria-label={t('notifications.addChannel')}
          placeholder={t('notifications.addChannel')}
          data={free.map((channel) => ({ value: channel.id, label: channel.name }))}
          value={null}
          searchable={free.length > 8}
          onChange={(id) => id && save.mutate(withChannel(items, id))}
        />
      )}
    </>
  );
}

function Sound() {
  const set = (isOn: boolean) => {
    isSoundOn.set(isOn);
    if (isOn) chime();
  };
  return (
    <Switch
      label={t('notifications.sound')}
      checked={useStore(isSoundOn)}
      onChange={(event) => set(event.target.checked)}
    />
  );
}
