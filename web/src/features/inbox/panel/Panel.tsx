import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { Avatar } from '@/ui/Avatar';
import { ChannelBadge, PLATFORM_NAMES } from '@/ui/ChannelBadge';
import type { Conversation } from '../lists';
import { nameOf } from '../naming';
import classes from './panel.module.css';

/** Who the customer is. Cards stand below one another. */
export function Panel({ conversation }: { conversation: Conversation }) {
  const contactId = conversation.contact_id;
  const contact = useQuery({
    queryKey: keys.contact(contactId ?? ''),
    queryFn: () => unwrap(api.GET('/api/v1/contacts/{contact_id}', { params: { path: { contact_id: contactId! } } })),
    enabled: contactId !== null,
  }).data;
  return (
    <div className={classes.panel}>
      <section className={classes.card}>
        <Avatar name={nameOf(conversation)} url={contact?.avatar_url} size={56} />
        <h3 dir="auto">{nameOf(conversation)}</h3>
        <ul>
          {contact?.platforms.map((platform) => (
            <li key={platform}>
              <ChannelBadge platform={platform} size={18} /> {PLATFORM_NAMES[platform]}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
