import { ActionIcon, Button } from '@mantine/core';
import { IconBell, IconBellOff, IconBellRinging, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Schemas } from '@/api/client';
import { useMe } from '@/api/queries';
import { t } from '@/i18n';
import { forgetDevice, type PushState, pushState, thisDevice, turnOff, turnOn } from '@/pwa/push';
import { fullTime } from '@/ui/time';
import { showError, showToast } from '@/ui/toasts';
import settings from '../settings.module.css';
import classes from './notifications.module.css';
import { devicesQuery, sendTest } from './queries';

const ICONS = { on: IconBellRinging, off: IconBell, blocked: IconBellOff, unsupported: IconBellOff };

/** This browser, what it allows and what to do about it; and the person's other devices. */
export function Devices() {
  const me = useMe();
  const queries = useQueryClient();
  const [state, refresh] = usePushState();
  const settled = async () => {
    await refresh();
    await queries.invalidateQueries({ queryKey: devicesQuery.queryKey });
  };
  const on = useMutation({ mutationFn: () => turnOn(me), onError: showError, onSettled: settled });
  const off = useMutation({ mutationFn: turnOff, onError: showError, onSettled: settled });
  const test = useMutation({
    mutationFn: sendTest,
    onSuccess: () => showToast(t('notifications.testSent')),
    onError: showError,
  });
  const own = thisDevice();
  const Icon = ICONS[state ?? 'off'];
  return (
    <section className={settings.card} aria-labelledby="notifications-device">
      <h2 id="notifications-device">{t('notifications.device')}</h2>
      {state && (
        <p className={classes.state} data-state={state} role="status">
          <Icon size={20} aria-hidden />
          <span>{t(`notifications.state.${state}`)}</span>
        </p>
      )}
      <div className={classes.actions}>
        {state === 'off' && (
          <Button loading={on.isPending} onClick={() => on.mutate()}>
            {t('notifications.turnOn')}
          </Button>
        )}
        {state === 'on' && (
          <>
            {own && (
              <Button variant="default" loading={test.isPending} onClick={() => test.mutate(own)}>
                {t('notifications.test')}
              </Button>
            )}
            <Button variant="default" loading={off.isPending} onClick={() => off.mutate()}>
              {t('notifications.turnOff')}
            </Button>
          </>
        )}
      </div>
      <Others onChange={refresh} />
    </section>
  );
}

/** Also when the person has just changed their mind in the browser's own settings. */
function usePushState(): [PushState | undefined, () => Promise<void>] {
  const [state, setState] = useState<PushState>();
  const refresh = async () => setState(await pushState());
  useEffect(() => {
    let isThere = true;
    const look = () => void pushState().then((found) => isThere && setState(found));
    look();
    let permission: PermissionStatus | undefined;
    void navigator.permissions
      ?.query({ name: 'notifications' })
      .then((found) => {
        permission = found;
        if (isThere) found.addEventListener('change', look);
      })
      .catch(() => undefined);
    return () => {
      isThere = false;
      permission?.removeEventListener('change', look);
    };
  }, []);
  return [state, refresh];
}

function Others({ onChange }: { onChange: () => Promise<void> }) {
  const found = useQuery(devicesQuery);
  if (!found.data?.length) return null;
  return (
    <div className={classes.others}>
      <h3>{t('notifications.devices')}</h3>
      <ul className={classes.devices}>
        {found.data.map((device) => (
          <Device key={device.id} device={device} onChange={onChange} />
        ))}
      </ul>
    </div>
  );
}

function Device({ device, onChange }: { device: Schemas['PushSubscription']; onChange: () => Promise<void> }) {
  const queries = useQueryClient();
  const isThisOne = device.id === thisDevice();
  const name = device.label || t('notifications.unnamed');
  const remove = useMutation({
    mutationFn: () => (isThisOne ? turnOff() : forgetDevice(device.id)),
    onError: showError,
    onSettled: async () => {
      await onChange();
      await queries.invalidateQueries({ queryKey: devicesQuery.queryKey });
    },
  });
  const when = (moment: string) => fullTime(Date.parse(moment));
  return (
    <li className={classes.device}>
      <div>
        <strong dir="auto">{name}</strong> {isThisOne && <em>({t('notifications.thisOne')})</em>}
        <div className={classes.when}>
          {device.used_at
            ? t('notifications.used', { when: when(device.used_at) })
            : t('notifications.added', { when: when(device.created_at) })}
        </div>
      </div>
      <ActionIcon
        aria-label={t('notifications.remove', { name })}
        loading={remove.isPending}
        onClick={() => remove.mutate()}
      >
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </li>
  );
}
