import { Popover } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { t } from '@/i18n';
import { clockTime } from '@/ui/time';
import classes from './bubble.module.css';

/** "edited", and what it said before. */
export function EditHistory({ messageId }: { messageId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} width={300} position="top">
      <Popover.Target>
        <button type="button" className={classes.edited} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t('inbox.edited')}
        </button>
      </Popover.Target>
      <Popover.Dropdown>{isOpen && <Versions messageId={messageId} />}</Popover.Dropdown>
    </Popover>
  );
}

function Versions({ messageId }: { messageId: string }) {
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
