import { IconAlertCircle, IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import { ApiError, Unreachable } from '@/api/client';
import { t } from '@/i18n';
import { makeStore, useStore } from './store';
import classes from './toasts.module.css';

const SHOWN_MS = 6000;
/** What came unasked takes longer to read, and to decide on. */
const NOTICE_MS = 15_000;
const MOST = 3;

export interface Toast {
  id: number;
  text: string;
  isError: boolean;
  /** Offered as a button for as long as the toast stands, and by Ctrl-Z. */
  undo?: () => void;
  /** Something else to do about it. */
  action?: Action;
  /** A newer toast about the same takes the place of the older one. */
  about?: string;
}

interface Action {
  label: string;
  run: () => void;
}

const toasts = makeStore<Toast[]>([]);
let lastId = 0;

export function showToast(text: string, undo?: () => void): void {
  add({ text, isError: false, undo });
}

/** Something that came while the person does something else; `about` names what it is about. */
export function showNotice(about: string, text: string, action: Action): void {
  add({ text, isError: false, about, action });
}

/** What went wrong, in the server's own sentence where there is one. */
export function showError(problem: unknown): void {
  if (problem instanceof DOMException && problem.name === 'AbortError') return;
  add({ text: sentenceOf(problem), isError: true });
}

export function sentenceOf(problem: unknown): string {
  if (problem instanceof ApiError) return problem.message;
  if (problem instanceof Unreachable) return t('shell.unreachable');
  return t('shell.unexpected');
}

const underWay = new Set<Promise<unknown>>();

/** Ctrl-Z while this is being done means this, not what was done before. */
export function undoWaitsFor(work: Promise<unknown>): void {
  underWay.add(work);
  void work.finally(() => underWay.delete(work));
}

/** Takes the newest change back that can still be taken back. */
export async function undoLast(): Promise<void> {
  await Promise.allSettled(underWay);
  const last = toasts.get().findLast((toast) => toast.undo);
  if (last) undoToast(last);
}

function undoToast(toast: Toast): void {
  dismiss(toast.id);
  toast.undo?.();
}

function act(toast: Toast): void {
  dismiss(toast.id);
  toast.action?.run();
}

function add(toast: Omit<Toast, 'id'>): void {
  lastId += 1;
  const id = lastId;
  const isOther = (one: Toast) => !toast.about || one.about !== toast.about;
  toasts.set((before) => [...before.filter(isOther), { ...toast, id }].slice(-MOST));
}

function dismiss(id: number): void {
  toasts.set((before) => before.filter((toast) => toast.id !== id));
}

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <section className={classes.stack} aria-live="polite" aria-label={t('shell.messages')}>
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function ToastCard({ toast }: { toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(toast.id), toast.action ? NOTICE_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast.id, toast.action]);
  return (
    <div className={classes.toast} data-error={toast.isError || undefined}>
      {toast.isError && <IconAlertCircle size={18} aria-hidden />}
      <span className={classes.text} dir="auto">
        {toast.text}
      </span>
      {toast.undo && (
        <button type="button" className={classes.undo} onClick={() => undoToast(toast)}>
          {t('shell.undo')}
        </button>
      )}
      {toast.action && (
        <button type="button" className={classes.undo} onClick={() => act(toast)}>
          {toast.action.label}
        </button>
      )}
      <button type="button" className={classes.close} aria-label={t('shell.dismiss')} onClick={() => dismiss(toast.id)}>
        <IconX size={16} aria-hidden />
      </button>
    </div>
  );
}
