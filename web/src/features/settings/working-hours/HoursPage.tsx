import { Button, NativeSelect } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { channelsQuery, hoursQuery, useMay } from '@/api/queries';
import { t } from '@/i18n';
import { Empty, Failure, Skeletons } from '@/ui/states';
import { Page } from '../parts';
import classes from '../settings.module.css';
import { HoursForm } from './HoursForm';
import { hoursOf, ordinaryHours } from './week';

/** When people are at work: everywhere, and where a channel has hours of its own. */
export function HoursPage() {
  const stored = useQuery(hoursQuery);
  const mayManage = useMay('manage_desk');
  return (
    <Page
      title={t('shell.settings.working-hours')}
      help={mayManage ? t('settings.help.working-hours') : t('settings.mayManagers')}
    >
      {stored.isPending && <Skeletons count={3} height={120} />}
      {stored.isError && <Failure problem={stored.error} onRetry={() => void stored.refetch()} />}
      {stored.data && <All stored={stored.data} mayManage={mayManage} />}
    </Page>
  );
}

function All({ stored, mayManage }: { stored: Schemas['Hours'][]; mayManage: boolean }) {
  const channels = useQuery(channelsQuery).data ?? [];
  /** Those that are about to get hours: null is the organisation. */
  const [begun, setBegun] = useState<(string | null)[]>([]);
  const shown = [
    ...stored.map((one) => ({ ...one, is_stored: true as boolean })),
    ...begun.filter((id) => !stored.some((one) => one.channel_id === id)).map(fresh),
  ];
  const without = channels.filter((channel) => !shown.some((one) => one.channel_id === channel.id));
  const begin = (id: string | null) => setBegun((before) => [...before, id]);
  const nameOf = (id: string | null) =>
    id === null ? t('settings.hours.everywhere') : (channels.find((one) => one.id === id)?.name ?? id);
  return (
    <>
      {!shown.some((one) => one.channel_id === null) && (
        <Empty icon={<IconClock size={28} aria-hidden />} title={t('settings.hours.none')}>
          {mayManage && <Button onClick={() => begin(null)}>{t('settings.hours.begin')}</Button>}
        </Empty>
      )}
      {shown.map((one) => (
        <HoursForm
          key={one.channel_id ?? ''}
          channelId={one.channel_id}
          title={nameOf(one.channel_id)}
          initial={one.is_stored ? hoursOf(one.hours) : ordinaryHours()}
          isOpen={one.is_open}
          isLocked={!mayManage}
          onGone={() => setBegun((before) => before.filter((id) => id !== one.channel_id))}
        />
      ))}
      {mayManage && without.length > 0 && (
        <NativeSelect
          className={classes.narrow}
          label={t('settings.hours.ofChannel')}
          description={t('settings.hours.ofChannelHelp')}
          value=""
          data={[
            { value: '', label: t('settings.hours.chooseChannel') },
            ...without.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => event.target.value && begin(event.target.value)}
        />
      )}
    </>
  );
}

function fresh(channel_id: string | null) {
  return { channel_id, hours: {}, is_open: undefined, is_stored: false };
}
