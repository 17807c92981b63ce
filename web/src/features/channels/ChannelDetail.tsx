import { ActionIcon, Button, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugConnected,
  IconPlugX,
  IconRefresh,
  IconStethoscope,
  IconX,
} from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Schemas } from '@/api/client';
import { keys } from '@/api/keys';
import { useMay } from '@/api/queries';
import { formatNumber, t } from '@/i18n';
import { ChannelBadge, PLATFORM_NAMES } from '@/ui/ChannelBadge';
import { clockTime, dayOf, fullTime } from '@/ui/time';
import { showError, showToast } from '@/ui/toasts';
import { type Channel, toneOf } from './channels';
import classes from './channels.module.css';
import { Health } from './Health';
import { HoursForm } from './HoursForm';
import { Permissions } from './Permissions';
import { ProfileForm } from './ProfileForm';
import { activityQuery, changes } from './queries';
import { SettingsForm } from './SettingsForm';
import { StateBadge } from './StateBadge';

interface Props {
  channel: Channel;
  mayManage: boolean;
  onClose: () => void;
  onReconnect: () => void;
}

/** Where there is no room for the list, its heading is away as well. */
const ALONE = '(max-width: 1000px)';

/** Everything of one channel: how it does, what can be done with it, and how it is set. */
export function ChannelDetail({ channel, mayManage, onClose, onReconnect }: Props) {
  const name = channel.name || channel.external_id;
  const isGone = channel.status === 'disconnected';
  const mayKeepHours = useMay('manage_desk');
  const isAlone = useMediaQuery(ALONE, false);
  return (
    <section className={classes.detail} aria-label={name}>
      {isAlone && <h1 className="visually-hidden">{t('shell.channels')}</h1>}
      <header className={classes.top}>
        <ChannelBadge platform={channel.platform} size={40} />
        <div className={classes.name}>
          <h2 dir="auto">{name}</h2>
          <span>{PLATFORM_NAMES[channel.platform]}</span>
        </div>
        <StateBadge status={channel.status} />
        <ActionIcon aria-label={t('shell.close')} onClick={onClose}>
          <IconX size={18} aria-hidden />
        </ActionIcon>
      </header>
      <Why channel={channel} />
      {mayManage && <Actions channel={channel} onReconnect={onReconnect} />}
      <Health channelId={channel.id} />
      <Facts channel={channel} />
      {!isGone && <Permissions channelId={channel.id} />}
      {mayManage && !isGone && <SettingsForm channel={channel} />}
      {mayKeepHours && !isGone && <HoursForm channelId={channel.id} />}
      {!isGone && <ProfileForm channel={channel} mayManage={mayManage} />}
    </section>
  );
}

function Why({ channel }: { channel: Channel }) {
  const sentence = channel.status_reason || channel.last_error_message;
  if (!sentence) return null;
  const tone = channel.status === 'connected' ? 'warn' : toneOf(channel.status);
  return (
    <p className={classes.why} data-tone={tone} dir="auto">
      {sentence}
    </p>
  );
}

function Actions({ channel, onReconnect }: { channel: Channel; onReconnect: () => void }) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const [tested, setTested] = useState<Schemas['ConnectionTest']>();
  const onSuccess = () => queries.invalidateQueries({ queryKey: keys.channels });
  const change = useMutation({
    mutationFn: (what: 'pause' | 'resume' | 'disconnect' | 'sync') => changes[what](channel.id),
    onSuccess: (_, what) => {
      setAsking(false);
      showToast(t(`channels.done.${what}`));
      return onSuccess();
    },
    onError: showError,
  });
  const test = useMutation({ mutationFn: () => changes.test(channel.id), onSuccess: setTested, onError: showError });
  const isBusy = change.isPending || test.isPending;
  const button = (label: string, icon: ReactNode, onClick: () => void, variant = 'default', color?: string) => (
    <Button size="xs" variant={variant} color={color} leftSection={icon} onClick={onClick} disabled={isBusy}>
      {label}
    </Button>
  );
  const isGone = channel.status === 'disconnected';
  return (
    <>
      <div className={classes.actions}>
        {channel.status !== 'connected' &&
          channel.status !== 'paused' &&
          button(t('channels.reconnect'), <IconPlugConnected size={15} aria-hidden />, onReconnect, 'filled')}
        {channel.status === 'connected' &&
          button(t('channels.pause'), <IconPlayerPause size={15} aria-hidden />, () => change.mutate('pause'))}
        {channel.status === 'paused' &&
          button(
            t('channels.resume'),
            <IconPlayerPlay size={15} aria-hidden />,
            () => change.mutate('resume'),
            'filled',
          )}
        {!isGone && button(t('channels.test'), <IconStethoscope size={15} aria-hidden />, () => test.mutate())}
        {!isGone && button(t('channels.sync'), <IconRefresh size={15} aria-hidden />, () => change.mutate('sync'))}
        {!isGone &&
          button(t('channels.disconnect'), <IconPlugX size={15} aria-hidden />, () => setAsking(true), 'subtle', 'red')}
      </div>
      {tested && (
        <p className={classes.why} data-tone={tested.is_ok ? 'good' : 'danger'} role="status" dir="auto">
          {tested.is_ok ? t('channels.testOk', { name: tested.account_name }) : tested.problem}
        </p>
      )}
      <Modal
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={t('channels.disconnectTitle', { name: channel.name })}
        closeButtonProps={{ 'aria-label': t('shell.close') }}
      >
        <p className={classes.sentence}>{t('channels.disconnectWhat')}</p>
        <div className={classes.answers}>
          <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
            {t('shell.cancel')}
          </Button>
          <Button color="red" loading={change.isPending} onClick={() => change.mutate('disconnect')}>
            {t('channels.disconnect')}
          </Button>
        </div>
      </Modal>
    </>
  );
}

function Facts({ channel }: { channel: Channel }) {
  const activity = useQuery(activityQuery).data?.get(channel.id);
  const time = (moment?: string | null) => (moment ? <Moment at={moment} /> : t('channels.never'));
  const facts: [string, ReactNode][] = [
    [t('channels.lastIn'), time(activity?.last_in_at)],
    [t('channels.lastOut'), time(activity?.last_out_at)],
    [t('channels.lastError'), channel.last_error_at ? time(channel.last_error_at) : t('channels.noError')],
    [t('channels.connectedSince'), time(channel.connected_at)],
    [t('channels.lastSync'), time(channel.last_sync_at)],
    [t('channels.externalId'), <code key="id">{channel.external_id}</code>],
    [t('channels.parentId'), channel.parent_external_id && <code key="parent">{channel.parent_external_id}</code>],
    [t('channels.followers'), channel.follower_count === null ? '' : formatNumber(channel.follower_count)],
    [t('channels.category'), channel.category],
    [t('channels.username'), channel.username],
    [t('channels.tokenUntil'), channel.token_expires_at ? time(channel.token_expires_at) : t('channels.unlimited')],
    [t('channels.webhookFields'), channel.subscribed_fields.length > 0 && <Fields names={channel.subscribed_fields} />],
  ];
  return (
    <section className={classes.card} aria-label={t('channels.facts')}>
      <h3>{t('channels.facts')}</h3>
      <dl className={classes.facts}>
        {facts
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

/** Where it is too long for a line, the hour stands whole on the next one. */
function Moment({ at }: { at: string }) {
  const moment = Date.parse(at);
  return (
    <time dateTime={at} title={fullTime(moment)} className={classes.moment}>
      <span>{dayOf(moment)}</span> <span>{clockTime(moment)}</span>
    </time>
  );
}

function Fields({ names }: { names: readonly string[] }) {
  return (
    <details className={classes.fields}>
      <summary>{t('channels.fields', { count: names.length })}</summary>
      <code>{names.join(', ')}</code>
    </details>
  );
}
