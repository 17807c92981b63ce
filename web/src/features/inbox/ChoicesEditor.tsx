import { IconPlus, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useRef } from 'react';
import { flushSync } from 'react-dom';
import { formatNumber, t } from '@/i18n';
import { PLATFORM_NAMES } from '@/ui/ChannelBadge';
import { type Capabilities, lengthOf } from './capabilities';
import { type Choice, type Choices, faultsOf, type Rules, rulesOf } from './choices';
import classes from './choices.module.css';
import type { Conversation } from './lists';
import { Said } from './Said';

interface Props {
  platform: Conversation['platform'];
  capabilities: Capabilities;
  choices: Choices;
  text: string;
  onChange: (choices: Choices | undefined) => void;
}

const KINDS = ['quick_replies', 'buttons'] as const;

/** Quick replies or buttons below the reply, within the platform's limits, as the customer will see them. */
export default function ChoicesEditor({ platform, capabilities, choices, text, onChange }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const rules = rulesOf(choices.kind, capabilities);
  const name = PLATFORM_NAMES[platform];
  const change = (place: number, part: Partial<Choice>) =>
    onChange({
      ...choices,
      items: choices.items.map((item, other) => (other === place ? { ...item, ...part } : item)),
    });
  const add = () => {
    if (!rules || choices.items.length >= rules.most) return;
    // At once, so that the next key is already written into the new line.
    flushSync(() => onChange({ ...choices, items: [...choices.items, { type: 'postback', title: '', value: '' }] }));
    list.current?.querySelector<HTMLInputElement>('li:last-child input')?.focus();
  };
  return (
    <section className={classes.editor} aria-label={t('inbox.choices.title')}>
      <div className={classes.head}>
        {KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={choices.kind === kind}
            onClick={() => onChange({ kind, items: choices.items.map((item) => ({ ...item, type: 'postback' })) })}
          >
            {t(`inbox.choices.${kind}`)}
          </button>
        ))}
        <button
          type="button"
          className={classes.close}
          aria-label={t('inbox.choices.remove')}
          title={t('inbox.choices.remove')}
          onClick={() => onChange(undefined)}
        >
          <IconX size={16} aria-hidden />
        </button>
      </div>
      {rules ? (
        <>
          <Items list={list} choices={choices} rules={rules} onChange={onChange} change={change} add={add} />
          <div className={classes.foot}>
            <button type="button" className={classes.add} disabled={choices.items.length >= rules.most} onClick={add}>
              <IconPlus size={15} aria-hidden /> {t('inbox.choices.add')}
            </button>
            <span>{limitsOf(choices, rules, name)}</span>
          </div>
          <section className={classes.preview} aria-label={t('inbox.choices.preview')}>
            <p dir="auto">{text || t('inbox.choices.noText')}</p>
            <Said content={{ said: { [choices.kind]: choices.items.filter((item) => item.title.trim() !== '') } }} />
          </section>
        </>
      ) : (
        <p className={classes.none} role="alert">
          {t(`inbox.choices.none.${choices.kind}`, { platform: name })}
        </p>
      )}
    </section>
  );
}

function limitsOf(choices: Choices, rules: Rules, platform: string): string {
  const most = t('inbox.choices.most', { platform, most: rules.most, length: rules.titleLimit });
  const isList = rules.listedFrom !== undefined && choices.items.length > rules.listedFrom;
  return isList ? `${most} ${t('inbox.choices.listed', { platform, most: rules.listedFrom! })}` : most;
}

interface ItemsProps {
  list: React.RefObject<HTMLUListElement | null>;
  choices: Choices;
  rules: Rules;
  onChange: (choices: Choices) => void;
  change: (place: number, part: Partial<Choice>) => void;
  add: () => void;
}

function Items({ list, choices, rules, onChange, change, add }: ItemsProps) {
  const faults = faultsOf(choices, rules);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.key !== 'Enter') return;
    event.preventDefault();
    add();
  };
  const remove = (place: number) => onChange({ ...choices, items: choices.items.toSpliced(place, 1) });
  return (
    <ul ref={list} className={classes.items}>
      {choices.items.map((item, place) => {
        const fault = faults[place];
        const isLong = fault === 'long';
        return (
          <li key={place}>
            <input
              // biome-ignore lint/a11y/noAutofocus: the first line, when the editor was opened for it
              autoFocus={choices.items.length === 1}
              value={item.title}
              dir="auto"
              placeholder={t('inbox.choices.label')}
              aria-label={t('inbox.choices.labelOf', { number: place + 1 })}
              aria-invalid={isLong || fault === 'twice' || undefined}
              onKeyDown={onKeyDown}
              onChange={(event) => change(place, { title: event.target.value })}
            />
            {rules.types.length > 1 && (
              <select
                value={item.type}
                aria-label={t('inbox.choices.typeOf', { number: place + 1 })}
                onChange={(event) => change(place, { type: event.target.value as Choice['type'], value: '' })}
              >
                {rules.types.map((type) => (
                  <option key={type} value={type}>
                    {t(`inbox.choices.type.${type}`)}
                  </option>
                ))}
              </select>
            )}
            {item.type !== 'postback' && (
              <input
                value={item.value}
                dir="ltr"
                placeholder={item.type === 'url' ? 'https://…' : '+66 …'}
                aria-label={t(`inbox.choices.type.${item.type}`)}
                aria-invalid={(item.value !== '' && (fault === 'url' || fault === 'phone')) || undefined}
                onKeyDown={onKeyDown}
                onChange={(event) => change(place, { value: event.target.value })}
              />
            )}
            <span className={classes.count} data-over={isLong || undefined}>
              {formatNumber(lengthOf(item.title.trim(), rules.titleUnit))}/{formatNumber(rules.titleLimit)}
            </span>
            <button
              type="button"
              aria-label={t('inbox.choices.removeOne', { number: place + 1 })}
              onClick={() => remove(place)}
            >
              <IconX size={14} aria-hidden />
            </button>
            {fault && fault !== 'empty' && (item.value !== '' || isLong || fault === 'twice') && (
              <span className={classes.fault} role="alert">
                {t(`inbox.choices.fault.${fault}`)}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
