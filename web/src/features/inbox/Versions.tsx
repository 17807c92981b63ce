import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { t } from '@/i18n';
import { clockTime } from '@/ui/time';
import classes from './bubble.module.css';

/** What a message said before. */
export default function Versions({ messageId }: { messageId: string }) {
  const edits = useQuery({
    queryKey: keys.edits(messageId),
    queryFn: () =>
      unwrap(api.GET('/api/v1/messages/{message_id}/edits', { params: { path: { message_id: messageId } } })),
    staleTime: 0,
  });
  if (!edits.data) return <span>{t('shell.loading')}</span>;
  return (
    <ol className={classes.versions}>
      {edits.data.items.map((edit) => (
        <li key={edit.edit_number} dir="auto">
          <time>{clockTime(Date.parse(edit.edited_at))}</time> {edit.text}
        </li>
      ))}
    </ol>
  );
}
