import { Activity, useLayoutEffect, useRef, useState } from 'react';
import { ConversationPage } from './ConversationPage';
import classes from './conversation.module.css';

const MOST_KEPT = 5;

interface Visit {
  id: string;
  /** Another one each time that somebody comes. */
  visit: number;
}

/** What was looked at last stays in the page, out of sight, so that going back to it is one frame's work. */
export function KeptConversations({ id }: { id: string }) {
  const [visits, setVisits] = useState<Visit[]>([{ id, visit: 0 }]);
  if (visits.at(-1)!.id !== id) setVisits(withVisit(visits, id));
  const all = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time that another one is shown
  useLayoutEffect(() => keepLayouts(all.current!), [id]);
  // In an order that never changes: no node of the page is moved.
  const inPlace = visits.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return (
    <div ref={all} className={classes.all}>
      {inPlace.map((kept) => (
        <div key={kept.id} className={classes.kept} data-away={kept.id !== id || undefined}>
          <Activity mode={kept.id === id ? 'visible' : 'hidden'}>
            <ConversationPage id={kept.id} visit={kept.visit} />
          </Activity>
        </div>
      ))}
    </div>
  );
}

/** The last one is the newest; the oldest makes room. */
function withVisit(visits: Visit[], id: string): Visit[] {
  const others = visits.filter((kept) => kept.id !== id);
  return [...others, { id, visit: visits.at(-1)!.visit + 1 }].slice(-MOST_KEPT);
}

/**
 * React takes what is away out of the layout (display: none), and all of it would be laid out anew when it comes back.
 * Our style (content-visibility: hidden) hides it as well, and keeps the layout.
 */
function keepLayouts(all: HTMLElement): void {
  if (!CSS.supports('content-visibility', 'hidden')) return;
  for (const kept of all.children) {
    if (!kept.hasAttribute('data-away')) continue;
    for (const page of kept.children) (page as HTMLElement).style.removeProperty('display');
  }
}
