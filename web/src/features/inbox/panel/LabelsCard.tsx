import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { labelsQuery, useMay } from '@/api/queries';
import { t } from '@/i18n';
import { useWhileShown } from '@/ui/useWhileShown';
import { useLabelColors } from '../ConversationList';
import type { Conversation } from '../lists';
import { addLabel, createLabel, removeLabel } from './labels';
import classes from './panel.module.css';
import { Reason } from './Reason';

/** What the conversation is about, in the team's colours. */
export function LabelsCard({ conversation }: { conversation: Conversation }) {
  const mayAnswer = useMay('answer');
  const colors = useLabelColors();
  const { tags } = conversation;
  return (
    <>
      {tags.length === 0 && <p className={classes.nothing}>{t('panel.label.none')}</p>}
      <ul className={classes.labels}>
        {tags.map((name) => (
          <li key={name} style={{ '--label': colors[name] ?? 'var(--ink-faint)' } as React.CSSProperties}>
            <span dir="auto">{name}</span>
            {mayAnswer && (
              <button
                type="button"
                aria-label={t('panel.label.remove', { name })}
                onClick={() => void removeLabel(conversation, name)}
              >
                <IconX size={12} aria-hidden />
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayAnswer ? <Adding conversation={conversation} /> : <Reason>{t('panel.mayAgents')}</Reason>}
    </>
  );
}

const MOST = 30;

function Adding({ conversation }: { conversation: Conversation }) {
  const [isOpen, setOpen] = useWhileShown();
  const field = useRef<HTMLInputElement>(null);
  const open = () => {
    flushSync(() => setOpen(true));
    field.current?.focus();
  };
  if (isOpen) return <Finder conversation={conversation} field={field} onClose={() => setOpen(false)} />;
  return (
    <button type="button" className={classes.add} onClick={open}>
      <IconPlus size={14} aria-hidden /> {t('panel.label.add')}
    </button>
  );
}

interface FinderProps {
  conversation: Conversation;
  field: React.RefObject<HTMLInputElement | null>;
  onClose: () => void;
}

/** A line to type into and the labels that fit; arrows choose, Enter adds, Escape leaves. */
function Finder({ conversation, field, onClose }: FinderProps) {
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(0);
  const choices = useChoices(conversation, typed);
  const current = Math.min(chosen, choices.length - 1);
  const take = (place: number) => {
    choices[place]?.take();
    setTyped('');
    setChosen(0);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'ArrowDown') setChosen((current + 1) % Math.max(1, choices.length));
    else if (event.key === 'ArrowUp') setChosen((current - 1 + choices.length) % Math.max(1, choices.length));
    else if (event.key === 'Enter') take(current);
    else if (event.key === 'Escape') onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices that the focus has left it
    <div className={classes.finder} onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && onClose()}>
      <input
        ref={field}
        className={classes.field}
        role="combobox"
        aria-expanded
        aria-controls="panel-labels"
        aria-activedescendant={choices.length > 0 ? `panel-label-${current}` : undefined}
        aria-autocomplete="list"
        aria-label={t('panel.label.find')}
        placeholder={t('panel.label.find')}
        dir="auto"
        maxLength={100}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {choices.length === 0 && <p className={classes.nothing}>{t('panel.label.noneFound')}</p>}
      <div id="panel-labels" role="listbox" className={classes.options} aria-label={t('panel.label.find')}>
        {choices.map((choice, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the line above, as in every combobox
          <div
            key={choice.key}
            id={`panel-label-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === current}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(place)}
          >
            <span className={classes.dot} style={{ background: choice.color }} />
            <span dir="auto">{choice.title}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** The labels that it does not have yet, and the new one for whoever may make labels. */
function useChoices(conversation: Conversation, typed: string) {
  const labels = useQuery(labelsQuery).data ?? [];
  const mayCreate = useMay('manage_desk');
  const words = typed.trim().toLocaleLowerCase();
  const free = labels.filter(({ name }) => !conversation.tags.includes(name));
  const fitting = free.filter(({ name }) => name.toLocaleLowerCase().includes(words)).slice(0, MOST);
  const isNew = words !== '' && !labels.some(({ name }) => name.toLocaleLowerCase() === words);
  const choices = fitting.map(({ id, name, color }) => ({
    key: id,
    title: name,
    color,
    take: () => void addLabel(conversation, name),
  }));
  if (!isNew || !mayCreate) return choices;
  const take = () => void createLabel(conversation, typed.trim(), labels.length);
  return [...choices, { key: '+', title: t('panel.label.create', { name: typed.trim() }), color: 'transparent', take }];
}
