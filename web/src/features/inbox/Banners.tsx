import { IconAlertTriangle, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { channelsQuery, useMe } from '@/api/queries';
import { t, translated } from '@/i18n';
import { presence } from '@/realtime/socket';
import { useStore } from '@/ui/store';
import { fullTime } from '@/ui/time';
import classes from './banners.module.css';
import type { Conversation } from './lists';

/** A colleague writes a reply here at this moment: two answers would contradict each other. */
export function WritingBanner({ conversation }: { conversation: Conversation }) {
  const me = useMe().user?.id;
  const here = useStore(presence);
  const people = here?.conversation_id === conversation.id ? here.people : [];
  const writing = people.filter((one) => one.user_id !== me && one.is_typing && one.kind === 'reply');
  if (writing.length === 0) return null;
  return (
    <p className={classes.writing} role="status">
      <IconPencil size={14} aria-hidden />
      <span>{t('inbox.writingReply', { name: writing.map((one) => one.name).join(', ') })}</span>
    </p>
  );
}

/** The account cannot send: said where people would wonder why nothing goes out. */
export function IncidentBanner({ conversation }: { conversation: Conversation }) {
  const channels = useQuery(channelsQuery).data;
  const mayMend = useMe().permissions.includes('manage_channels');
  const channel = channels?.find((one) => one.id === conversation.channel_id);
  if (!channel || channel.status === 'connected' || channel.status === 'pending') return null;
  const since = channel.last_error_at && fullTime(Date.parse(channel.last_error_at));
  const reason = channel.status_reason || channel.last_error_message;
  return (
    <div className={classes.incident} role="status">
      <IconAlertTriangle size={16} aria-hidden />
      <span>
        <strong>
          <bdi>{channel.name}</bdi>: {translated(`channels.state.${channel.status}`, channel.status)}
        </strong>
        {reason && (
          <>
            {' '}
            <bdi>{reason}</bdi>
          </>
        )}
        {since && ` (${since})`}
      </span>
      {mayMend && <Link to="/channels">{t('inbox.reconnect')}</Link>}
    </div>
  );
}
