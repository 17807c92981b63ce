import { IconLock, IconMessage2, IconX } from '@tabler/icons-react';
import { type DragEvent, type KeyboardEvent, lazy, memo, Suspense, useCallback, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useMay } from '@/api/queries';
import { formatNumber, t } from '@/i18n';
import { sayTyping } from '@/realtime/socket';
import { PLATFORM_NAMES } from '@/ui/ChannelBadge';
import { IconButton } from '@/ui/IconButton';
import { useStore } from '@/ui/store';
import { showToast } from '@/ui/toasts';
import { useWhileShown } from '@/ui/useWhileShown';
import { ComposerTools } from './ComposerTools';
import { type Capabilities, lengthOf } from './capabilities';
import { type Choices, faultsOf, rulesOf, textLimit } from './choices';
import classes from './composer.module.css';
import { draftOf, draftStore, keepDraft, type Mode } from './drafts';
import { EmojiButton } from './EmojiButton';
import type { Conversation } from './lists';
import type { Message } from './messages';
import { RESOLVED, SendButton } from './SendButton';
import { Suggestions, useSuggestions } from './Suggestions';
import { saveNote, schedule, submit, type Then } from './sending';
import { useComposerCommands } from './useComposerCommands';
import { useFiles } from './useFiles';
import { useVoice } from './useVoice';
import { canRecord, hasMicrophone, voiceWay } from './voice';
import { WindowBar } from './WindowBar';
import { type Answering, useAnswering } from './ways';
import { insertAtCursor, useGrowing, useTypingSigns } from './writing';

const TemplatePicker = lazy(() => import('./TemplatePicker'));
const MomentDialog = lazy(() => import('./MomentDialog'));
const AttachedFiles = lazy(() => import('./AttachedFiles'));
const WritingBanner = lazy(() => import('./Banners').then((module) => ({ default: module.WritingBanner })));
const ChoicesEditor = lazy(() => import('./ChoicesEditor'));
const Recorder = lazy(() => import('./Recorder'));
const ScheduledList = lazy(() => import('./ScheduledList'));

interface Props {
  conversation: Conversation;
  capabilities: Capabilities | undefined;
  quoted: Message | undefined;
  onQuoted: (message: Message | undefined) => void;
}

const COUNT_FROM = 0.8;

/** Where replies and notes are written. Only what the platform allows now is offered. */
export const Composer = memo(function Composer({ conversation, capabilities, quoted, onQuoted }: Props) {
  const id = conversation.id;
  useStore(draftStore);
  const written = draftOf(id);
  const { mode } = written;
  const text = written[mode];
  const answering = useAnswering(id);
  const mayAnswer = useMay('answer');
  const field = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const attached = useFiles(capabilities);
  const [isPrivate, setPrivate] = useState(false);
  const [isPicking, setPicking] = useWhileShown();
  const [isPickingMoment, setPickingMoment] = useWhileShown();
  const [isOver, setOver] = useState(false);
  const voice = useVoice((file, length) => attached.add([file], length));
  const write = useCallback((words: string) => keepDraft(id, { ...draftOf(id), [draftOf(id).mode]: words }), [id]);
  const switchTo = useCallback(
    (next: Mode) => {
      // At once, so that the next key is already written into the field.
      flushSync(() => keepDraft(id, { ...draftOf(id), mode: next }));
      field.current?.focus();
    },
    [id],
  );
  const suggestions = useSuggestions({ conversation, mode, text, field, write });
  const isNote = mode === 'note';
  const canWrite = isNote || canReply(answering);
  const canTap = !isNote && (answering?.kind === 'free' || answering?.kind === 'human_agent');
  const choices = canTap ? written.choices : undefined;
  const setChoices = (next: Choices | undefined) => keepDraft(id, { ...draftOf(id), choices: next });
  const limit = isNote || !capabilities ? undefined : textLimit(choices, capabilities);
  const length = limit === undefined ? 0 : lengthOf(text, capabilities!.text_unit);
  const isTooLong = limit !== undefined && length > limit;
  const isEmpty = text.trim() === '' && (isNote || attached.files.length === 0);
  const isRecording = voice.elapsed !== undefined;
  const hasGoodChoices = isNote || areGood(choices, text, capabilities);
  const canSend = canWrite && !isEmpty && !isTooLong && !attached.isUploading && !isRecording && hasGoodChoices;
  const reply = () => ({
    conversation,
    text: text.trim(),
    files: attached.files,
    choices,
    quoted,
    answering,
    isPrivate,
  });

  const finish = () => {
    write('');
    if (!isNote) {
      attached.clear();
      setChoices(undefined);
    }
    onQuoted(undefined);
    sayTyping(id, false, mode);
    field.current?.focus();
  };
  const send = (after?: Then) => {
    if (!canSend) return;
    if (isNote) void saveNote(conversation, text.trim());
    else void submit({ ...reply(), after });
    finish();
  };
  const later = (moment: Date) => {
    if (!canSend || isNote) return;
    void schedule(reply(), moment);
    finish();
  };
  const record = () => {
    const way = capabilities && voiceWay(capabilities, canRecord);
    if (way) void voice.start(way);
    else showToast(t('inbox.voice.noFormat', { platform: PLATFORM_NAMES[conversation.platform] }));
  };
  const openChoices = () => {
    if (choices) setChoices(undefined);
    else setChoices({ kind: 'quick_replies', items: [{ type: 'postback', title: '', value: '' }] });
  };
  const canSpeak = canWrite && !isNote && canTap && capabilities?.media.audio !== undefined && hasMicrophone();
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Enter that ends a word of Japanese, Chinese or Thai is not ours; Safari says so by the code only.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (suggestions.onKeyDown(event)) return;
    if (event.key === 'Escape') field.current?.blur();
    const isForced = event.ctrlKey || event.metaKey;
    if (event.key !== 'Enter' || (event.shiftKey && !isForced)) return;
    event.preventDefault();
    event.stopPropagation();
    send(event.shiftKey ? RESOLVED : undefined);
  };
  useTypingSigns(conversation, capabilities, mode, text);
  useGrowing(field, text);
  useComposerCommands(switchTo, {
    attach: () => chooser.current?.click(),
    record: canSpeak && !isRecording ? record : undefined,
    choices: canTap && canWrite ? openChoices : undefined,
    later: canSend && !isNote ? () => setPickingMoment(true) : undefined,
  });

  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!isNote && canWrite) attached.add(event.dataTransfer.files);
  };
  return (
    <>
      <Suspense>
        <WritingBanner conversation={conversation} />
      </Suspense>
      <Suspense>
        <ScheduledList conversation={conversation} canWrite={mayAnswer} />
      </Suspense>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: files can be dropped anywhere on it; the button does the same */}
      <div
        className={classes.composer}
        data-note={isNote || undefined}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <div className={classes.head}>
          <div className={classes.tabs} role="tablist" aria-label={t('inbox.composer')}>
            <ModeTab isChosen={!isNote} onChoose={() => switchTo('reply')}>
              <IconMessage2 size={15} aria-hidden /> {t('inbox.reply')}
            </ModeTab>
            <ModeTab isChosen={isNote} onChoose={() => switchTo('note')}>
              <IconLock size={15} aria-hidden /> {t('inbox.note')}
            </ModeTab>
          </div>
          {!isNote && answering && <WindowBar answering={answering} isPrivate={isPrivate} onPrivate={setPrivate} />}
        </div>
        {quoted && !isNote && (
          <div className={classes.quoted}>
            <span dir="auto">
              <strong>{quoted.author_name}</strong> {quoted.text}
            </span>
            <IconButton label={t('shell.cancel')} onClick={() => onQuoted(undefined)}>
              <IconX size={14} aria-hidden />
            </IconButton>
          </div>
        )}
        <div className={classes.anchor}>
          <Suggestions {...suggestions} />
          <textarea
            ref={field}
            className={classes.field}
            rows={2}
            dir="auto"
            value={text}
            // Not disabled: it keeps the focus, so that what is typed never becomes a command.
            readOnly={!canWrite}
            placeholder={placeholder(isNote, answering)}
            aria-label={isNote ? t('inbox.note') : t('inbox.reply')}
            onChange={(event) => write(event.target.value)}
            onSelect={suggestions.onSelect}
            onBlur={suggestions.close}
            onKeyDown={onKeyDown}
            onPaste={(event) => {
              if (isNote || !canWrite || event.clipboardData.files.length === 0) return;
              event.preventDefault();
              attached.add(event.clipboardData.files);
            }}
          />
        </div>
        {!isNote && attached.files.length > 0 && (
          <Suspense>
            <AttachedFiles files={attached.files} onRemove={attached.remove} />
          </Suspense>
        )}
        {isRecording && (
          <Suspense>
            <Recorder
              elapsed={voice.elapsed!}
              onStop={() => {
                voice.stop();
                field.current?.focus();
              }}
              onCancel={() => {
                voice.cancel();
                field.current?.focus();
              }}
            />
          </Suspense>
        )}
        {choices && capabilities && (
          <Suspense>
            <ChoicesEditor
              platform={conversation.platform}
              capabilities={capabilities}
              choices={choices}
              text={text}
              onChange={(next) => {
                setChoices(next);
                if (!next) field.current?.focus();
              }}
            />
          </Suspense>
        )}
        <div className={classes.foot}>
          <EmojiButton onChoose={(emoji) => insertAtCursor(field.current, emoji, write)} />
          {!isNote && (
            <>
              <input
                ref={chooser}
                type="file"
                multiple
                hidden
                aria-label={t('inbox.do.attach')}
                onChange={(event) => {
                  attached.add(event.target.files ?? []);
                  event.target.value = '';
                }}
              />
              <ComposerTools
                canWrite={canWrite}
                hasTemplates={capabilities?.has_templates ?? false}
                hasChoices={choices !== undefined}
                onRecord={canSpeak && !isRecording ? record : undefined}
                onChoices={canTap && capabilities ? openChoices : undefined}
                onAttach={() => chooser.current?.click()}
                onTemplate={() => setPicking(true)}
              />
            </>
          )}
          <span className={classes.hint}>{isNote ? t('inbox.noteHint') : t('inbox.replyHint')}</span>
          {limit !== undefined && length > limit * COUNT_FROM && (
            <span className={classes.counter} data-over={isTooLong || undefined} role={isTooLong ? 'alert' : undefined}>
              {formatNumber(length)} / {formatNumber(limit)}
            </span>
          )}
          <SendButton
            isNote={isNote}
            isDisabled={!canSend}
            onSend={send}
            onLater={later}
            onPickMoment={() => setPickingMoment(true)}
          />
        </div>
        {isPicking && (
          <Suspense>
            <TemplatePicker conversation={conversation} onClose={() => setPicking(false)} />
          </Suspense>
        )}
        {isPickingMoment && (
          <Suspense>
            <MomentDialog title={t('inbox.sendAt')} onChoose={later} onClose={() => setPickingMoment(false)} />
          </Suspense>
        )}
      </div>
    </>
  );
});

function ModeTab({
  isChosen,
  onChoose,
  children,
}: {
  isChosen: boolean;
  onChoose: () => void;
  children: React.ReactNode;
}) {
  return (
    <button type="button" role="tab" className={classes.tab} aria-selected={isChosen} onClick={onChoose}>
      {children}
    </button>
  );
}

/** Not known yet is no reason to swallow somebody's Enter: the server says what does not go. */
function canReply(answering: Answering | undefined): boolean {
  return !answering || ['free', 'human_agent', 'comment'].includes(answering.kind);
}

/** Below a text only; nothing is wrong with any. */
function areGood(choices: Choices | undefined, text: string, capabilities: Capabilities | undefined): boolean {
  if (!choices) return true;
  const rules = capabilities && rulesOf(choices.kind, capabilities);
  const { length } = choices.items;
  if (!rules || text.trim() === '' || length === 0 || length > rules.most) return false;
  return faultsOf(choices, rules).every((fault) => fault === undefined);
}

function placeholder(isNote: boolean, answering: Answering | undefined): string {
  if (isNote) return t('inbox.notePlaceholder');
  if (answering?.kind === 'template') return t('inbox.onlyTemplates');
  if (answering?.kind === 'none') return t('inbox.noAnswer');
  return t('inbox.replyPlaceholder');
}
