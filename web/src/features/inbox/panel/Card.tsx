import {
  IconChevronDown,
  IconGitMerge,
  IconGripVertical,
  IconHistory,
  IconLayoutGrid,
  IconListDetails,
  IconNote,
  IconRoute,
  IconShieldLock,
  IconTag,
  IconTargetArrow,
  IconUser,
  IconUserCheck,
} from '@tabler/icons-react';
import { type ComponentType, type KeyboardEvent, type PointerEvent, type ReactNode, useId, useRef } from 'react';
import { t } from '@/i18n';
import { announce } from '@/ui/announcer';
import { useStore } from '@/ui/store';
import classes from './card.module.css';
import { arrangement, type CardName, isClosed, moveCard, ordered, placeAt, toggleCard } from './order';

const ICONS: Record<CardName, ComponentType<{ size?: number }>> = {
  contact: IconUser,
  handling: IconUserCheck,
  flow: IconRoute,
  labels: IconTag,
  attributes: IconListDetails,
  notes: IconNote,
  people: IconGitMerge,
  earlier: IconHistory,
  gallery: IconLayoutGrid,
  leads: IconTargetArrow,
  privacy: IconShieldLock,
};

/** A part of the panel that can be folded, and moved by its grip: with the pointer or the arrow keys. */
export function Card({ name, children }: { name: CardName; children: ReactNode }) {
  const body = useId();
  const closed = isClosed(useStore(arrangement), name);
  const Icon = ICONS[name];
  const title = t(`panel.card.${name}`);
  return (
    <section className={classes.card} data-card={name} aria-label={title}>
      <header className={classes.head}>
        <h3>
          <button
            type="button"
            className={classes.toggle}
            aria-expanded={!closed}
            aria-controls={closed ? undefined : body}
            onClick={() => toggleCard(name)}
          >
            <Icon size={16} aria-hidden />
            <span>{title}</span>
            <IconChevronDown size={15} className={classes.arrow} aria-hidden />
          </button>
        </h3>
        <Grip name={name} title={title} />
      </header>
      {!closed && (
        <div id={body} className={classes.body}>
          {children}
        </div>
      )}
    </section>
  );
}

function Grip({ name, title }: { name: CardName; title: string }) {
  const grip = useRef<HTMLButtonElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    moveCard(name, ordered(arrangement.get().order).indexOf(name) + step);
    sayPlace(name, title);
    requestAnimationFrame(() => grip.current?.focus());
  };
  return (
    <button
      ref={grip}
      type="button"
      className={classes.grip}
      aria-label={t('panel.move', { name: title })}
      title={t('panel.moveHint')}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => drag(event, name, title)}
    >
      <IconGripVertical size={15} aria-hidden />
    </button>
  );
}

function sayPlace(name: CardName, title: string): void {
  const order = ordered(arrangement.get().order);
  announce(t('panel.done.moved', { name: title, place: order.indexOf(name) + 1, count: order.length }));
}

/** The card follows the pointer from place to place; the window is watched because the grip itself moves along. */
function drag(event: PointerEvent<HTMLButtonElement>, name: CardName, title: string): void {
  const card = event.currentTarget.closest<HTMLElement>('[data-card]');
  const list = card?.parentElement;
  if (!card || !list || event.button !== 0) return;
  const stop = new AbortController();
  const { signal } = stop;
  card.dataset.held = 'true';
  const end = () => {
    stop.abort();
    delete card.dataset.held;
    sayPlace(name, title);
  };
  window.addEventListener('pointermove', ({ clientY }) => follow(list, name, clientY), { signal });
  window.addEventListener('pointerup', end, { signal });
  window.addEventListener('pointercancel', end, { signal });
}

function follow(list: HTMLElement, name: CardName, y: number): void {
  const others = [...list.querySelectorAll<HTMLElement>(':scope > [data-card]')].filter(
    (other) => other.dataset.card !== name,
  );
  moveCard(
    name,
    placeAt(
      y,
      others.map((other) => other.getBoundingClientRect()),
    ),
  );
}
