import { type RefObject, useEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { sayTyping } from '@/realtime/socket';
import type { Capabilities } from './capabilities';
import type { Mode } from './drafts';
import type { Conversation } from './lists';
import { showTypingToCustomer } from './sending';

const TALLEST = 0.4;
const TYPING_MS = 3000;

/** As if it had been typed. */
export function insertAtCursor(field: HTMLTextAreaElement | null, words: string, write: (text: string) => void): void {
  if (!field) return;
  const { selectionStart: from, selectionEnd: to, value } = field;
  flushSync(() => write(value.slice(0, from) + words + value.slice(to)));
  field.focus();
  field.setSelectionRange(from + words.length, from + words.length);
}

/** As tall as its text, up to a part of the window; measured again when its width changes. */
export function useGrowing(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useEffect(() => {
    const element = field.current;
    if (!element) return undefined;
    let width = 0;
    const sizes = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      element.style.height = 'auto';
      if (text) element.style.height = `${Math.min(element.scrollHeight, window.innerHeight * TALLEST)}px`;
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [field, text]);
}

/** Colleagues see that somebody writes; so does the customer, where the platform shows it. */
export function useTypingSigns(
  conversation: Conversation,
  capabilities: Capabilities | undefined,
  mode: Mode,
  text: string,
): void {
  const told = useRef(0);
  const before = useRef(text);
  useEffect(() => {
    if (text === before.current) return;
    before.current = text;
    if (text === '' || Date.now() - told.current < TYPING_MS) return;
    told.current = Date.now();
    sayTyping(conversation.id, true, mode);
    if (mode === 'reply' && capabilities?.has_typing) showTypingToCustomer(conversation.id);
  }, [text, mode, conversation.id, capabilities]);
  useEffect(() => () => sayTyping(conversation.id, false, mode), [conversation.id, mode]);
}
