import { Outlet, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Splitter } from '@/ui/Splitter';
import { makeStoredStore, useStore } from '@/ui/store';
import { ConversationList } from './ConversationList';
import classes from './inbox.module.css';
import { resumeSending } from './outgoing';

const listWidth = makeStoredStore('hubbub.list-width', 348);

/** List and conversation side by side; on a phone one at a time. */
export function InboxPage() {
  const { id } = useParams({ strict: false });
  const width = useStore(listWidth);
  useEffect(resumeSending, []);
  return (
    <div className={classes.inbox} data-conversation-open={id ? true : undefined}>
      <div className={classes.list} style={{ '--list-width': `${width}px` } as React.CSSProperties}>
        <ConversationList chosenId={id} />
      </div>
      <Splitter width={width} min={280} max={520} onChange={listWidth.set} />
      <div className={classes.conversation}>
        <Outlet />
      </div>
    </div>
  );
}
