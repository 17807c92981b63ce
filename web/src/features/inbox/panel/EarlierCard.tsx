import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { t } from '@/i18n';
import { ChannelBadge } from '@/ui/ChannelBadge';
import { Failure, Skeletons } from '@/ui/states';
import { shortAgo, useNow } from '@/ui/time';
import { type Conversation, conversationsQuery } from '../lists';
import classes from './panel.module.css';

/** What else was talked about with the same person, on whatever platform. */
export function EarlierCard({ contactId, currentId }: { contactId: string; currentId: string }) {
  const query = useInfiniteQuery(conversationsQuery({ contact_id: contactId }));
  const now = useNow();
  if (query.isError) return <Failure problem={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeletons count={2} height={44} />;
  const others = query.data.pages.flatMap((page) => page.items).filter(({ id }) => id !== currentId);
  if (others.length === 0) return <p className={classes.nothing}>{t('panel.earlier.none')}</p>;
  return (
    <ul className={classes.earlier}>
      {others.map((conversation) => (
        <Row key={conversation.id} conversation={conversation} now={now} />
      ))}
      {query.hasNextPage && (
        <li>
          <button type="button" className={classes.add} onClick={() => void query.fetchNextPage()}>
            {t('panel.gallery.more')}
          </button>
        </li>
      )}
    </ul>
  );
}

function Row({ conversation, now }: { conversation: Conversation; now: number }) {
  const at = conversation.last_message_at ?? conversation.created_at;
  return (
    <li>
      <Link to="/inbox/$id" params={{ id: conversation.id }} search className={classes.jump}>
        <ChannelBadge platform={conversation.platform} size={20} />
        <span className={classes.identity}>
          <bdi>{conversation.last_message_text || t('inbox.noText')}</bdi>
          <span>
            <bdi>{conversation.channel_name}</bdi> · {t(`panel.status.${conversation.status}`)}
          </span>
        </span>
        <time dateTime={at}>{shortAgo(Date.parse(at), now)}</time>
      </Link>
    </li>
  );
}
