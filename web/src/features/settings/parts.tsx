import { Button, Modal } from '@mantine/core';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { t } from '@/i18n';
import { sentenceOf } from '@/ui/toasts';
import classes from './settings.module.css';

interface PageProps {
  title: string;
  help: string;
  /** What can be done with the whole page, at its top. */
  action?: ReactNode;
  children?: ReactNode;
}

/** One page of the settings: what it is for stands under its name. */
export function Page({ title, help, action, children }: PageProps) {
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h1>{title}</h1>
          <p>{help}</p>
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

/** A change, after which what it made stale is fetched again. */
export function useChange<Value>(change: (value: Value) => Promise<unknown>, stale: QueryKey, onDone?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: stale });
      onDone?.();
    },
  });
}

interface FormProps {
  title: string;
  submit: string;
  isPending: boolean;
  problem: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A form over the page; what the server says against it stands in it. */
export function FormDialog({ title, submit, isPending, problem, onSubmit, onClose, children }: FormProps) {
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ 'aria-label': t('shell.close') }}>
      <form className={classes.form} onSubmit={send}>
        {children}
        {problem ? (
          <p className={classes.problem} role="alert" dir="auto">
            {sentenceOf(problem)}
          </p>
        ) : null}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('shell.cancel')}
          </Button>
          <Button type="submit" loading={isPending}>
            {submit}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

interface SureProps {
  title: string;
  text: string;
  yes: string;
  onYes: () => Promise<unknown>;
  stale: QueryKey;
  onClose: () => void;
}

/** For what cannot be taken back. */
export function SureDialog({ title, text, yes, onYes, stale, onClose }: SureProps) {
  const change = useChange(onYes, stale, onClose);
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('shell.close') }}>
      <p className={classes.question}>{text}</p>
      {change.isError && (
        <p className={classes.problem} role="alert" dir="auto">
          {sentenceOf(change.error)}
        </p>
      )}
      <div className={classes.buttons}>
        <Button variant="default" data-autofocus onClick={onClose}>
          {t('shell.cancel')}
        </Button>
        <Button color="red" loading={change.isPending} onClick={() => change.mutate(undefined)}>
          {yes}
        </Button>
      </div>
    </Modal>
  );
}
