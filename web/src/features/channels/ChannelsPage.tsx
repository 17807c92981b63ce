import { Button } from '@mantine/core';
import { IconBuildingBroadcastTower, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { channelsQuery, useMay } from '@/api/queries';
import { formatNumber, t } from '@/i18n';
import { ChannelBadge, PLATFORM_NAMES } from '@/ui/ChannelBadge';
import { type Command, useCommands } from '@/ui/commands';
import { Empty, Failure, Skeletons } from '@/ui/states';
import { shortAgo, useNow } from '@/ui/time';
import { ChannelDetail } from './ChannelDetail';
import { ConnectDialog } from './ConnectDialog';
import { type Channel, type ChannelsSearch, chosenOf, PLATFORMS, STATES, toneOf } from './channels';
import classes from './channels.module.css';
import { activityQuery } from './queries';
import { StateBadge } from './StateBadge';

const route = getRouteApi('/_app/channels');

/** Every Page, account and number, how it does, and beside the list everything about one of them. */
export function ChannelsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const found = useQuery(channelsQuery);
  const [isConnecting, setConnecting] = useState(false);
  const mayManage = useMay('manage_channels');
  const change = (next: Partial<ChannelsSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: !('channel' in next) });
  const commands = useMemo<Command[]>(
    () =>
      mayManage
        ? [
            {
              id: 'channels.connect',
              label: t('channels.connect'),
              section: 'view',
              keys: ['n'],
              run: () => setConnecting(true),
            },
          ]
        : [],
    [mayManage],
  );
  useCommands(commands);
  const channels = found.data ?? [];
  const shown = chosenOf(channels, search);
  const chosen = channels.find((one) => one.id === search.channel);
  const troubled = channels.filter((one) => toneOf(one.status) === 'danger').length;
  return (
    <div className={classes.screen} data-open={chosen ? true : undefined}>
      <section className={classes.list} aria-labelledby="channels-title">
        <header className={classes.head}>
          <div>
            <h1 id="channels-title">{t('shell.channels')}</h1>
            <p>
              {t('channels.count', { count: channels.length })}
              {troubled > 0 && <strong> · {t('channels.troubled', { count: troubled })}</strong>}
            </p>
          </div>
          {mayManage && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setConnecting(true)}>
              {t('channels.connect')}
            </Button>
          )}
        </header>
        <div className={classes.filters}>
          <label className={classes.search}>
            <IconSearch size={16} aria-hidden />
            <input
              type="search"
              aria-label={t('channels.search')}
              placeholder={t('channels.search')}
              value={search.q ?? ''}
              onChange={(event) => change({ q: event.target.value || undefined })}
            />
          </label>
          <select
            aria-label={t('channels.platform')}
            value={search.platform ?? ''}
            onChange={(event) => change({ platform: PLATFORMS.find((one) => one === event.target.value) })}
          >
            <option value="">{t('channels.allPlatforms')}</option>
            {PLATFORMS.map((one) => (
              <option key={one} value={one}>
                {PLATFORM_NAMES[one]}
              </option>
            ))}
          </select>
          <select
            aria-label={t('channels.state')}
            value={search.state ?? ''}
            onChange={(event) => change({ state: STATES.find((one) => one === event.target.value) })}
          >
            <option value="">{t('channels.allStates')}</option>
            {STATES.map((one) => (
              <option key={one} value={one}>
                {t(`channels.state.${one}`)}
              </option>
            ))}
          </select>
        </div>
        {found.isPending && <Skeletons count={5} height={72} />}
        {found.isError && <Failure problem={found.error} onRetry={() => void found.refetch()} />}
        {found.isSuccess && shown.length === 0 && (
          <Empty
            icon={<IconBuildingBroadcastTower size={30} aria-hidden />}
            title={t(channels.length > 0 ? 'channels.noneFits' : 'channels.none')}
          >
            {t(channels.length > 0 ? 'channels.noneFitsHelp' : 'channels.noneHelp')}
          </Empty>
        )}
        {shown.length > 0 && (
          <>
            <div className={classes.columns} aria-hidden>
              <span>{t('channels.name')}</span>
              <span>{t('channels.lastIn')}</span>
              <span>{t('channels.lastOut')}</span>
              <span>{t('channels.day')}</span>
              <span>{t('channels.followers')}</span>
              <span>{t('channels.state')}</span>
            </div>
            <ul className={classes.rows}>
              {shown.map((one) => (
                <Row
                  key={one.id}
                  channel={one}
                  isChosen={one.id === chosen?.id}
                  onChoose={() => change({ channel: one.id })}
                />
              ))}
            </ul>
          </>
        )}
      </section>
      {chosen && (
        <ChannelDetail
          key={chosen.id}
          channel={chosen}
          mayManage={mayManage}
          onClose={() => change({ channel: undefined })}
          onReconnect={() => setConnecting(true)}
        />
      )}
      {isConnecting && (
        <ConnectDialog
          again={chosen && chosen.status !== 'connected' ? chosen : undefined}
          onClose={() => setConnecting(false)}
          onConnected={(id) => change({ channel: id, q: undefined, platform: undefined, state: undefined })}
        />
      )}
    </div>
  );
}

function Row({ channel, isChosen, onChoose }: { channel: Channel; isChosen: boolean; onChoose: () => void }) {
  const now = useNow();
  const activity = useQuery(activityQuery).data?.get(channel.id);
  const ago = (moment?: string | null) => (moment ? shortAgo(Date.parse(moment), now) : t('channels.never'));
  const problem = channel.status_reason || channel.last_error_message;
  const about = [channel.category, channel.username || channel.external_id].filter(Boolean).join(' · ');
  return (
    <li>
      <button type="button" className={classes.row} aria-current={isChosen || undefined} onClick={onChoose}>
        <ChannelBadge platform={channel.platform} size={36} />
        <span className={classes.name}>
          <strong dir="auto">{channel.name || channel.external_id}</strong>
          <span dir="auto" data-bad={problem ? true : undefined}>
            {problem || about}
          </span>
        </span>
        <Figure label={t('channels.lastIn')}>{ago(activity?.last_in_at)}</Figure>
        <Figure label={t('channels.lastOut')}>{ago(activity?.last_out_at)}</Figure>
        <Figure label={t('channels.day')}>
          {formatNumber(activity?.messages ?? 0)}
          {!!activity?.failures && <em>{t('channels.failed', { count: activity.failures })}</em>}
        </Figure>
        <Figure label={t('channels.followers')}>
          {channel.follower_count === null ? '–' : formatNumber(channel.follower_count)}
        </Figure>
        <span className={classes.place}>
          <StateBadge status={channel.status} />
        </span>
      </button>
    </li>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <span className={classes.figure}>
      <span className="visually-hidden">{label} </span>
      {children}
    </span>
  );
}
