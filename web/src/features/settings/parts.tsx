import { ActionIcon, Button, Modal } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryKey,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { t } from '@/i18n';
import { Empty, Failure, Skeletons } from '@/ui/states';
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

interface ListProps<Item> {
  title: string;
  help: string;
  found: UseQueryResult<Item[]>;
  empty: { icon: ReactNode; title: string; help: string };
  /** What the button says that makes a new one; without it, nobody can here. */
  add?: string;
  /** What stands at the top instead. */
  action?: ReactNode;
  /** What each row begins with. */
  mark?: (item: Item) => ReactNode;
  row: (item: Item) => ReactNode;
  nameOf: (item: Item) => string;
  mayChange: (item: Item) => boolean;
  /** To change one, or for a new one. */
  form: (item: Item | undefined, onClose: () => void) => ReactNode;
  deletion: {
    title: string;
    /** What is asked first. */
    text: (item: Item) => string;
    run: (item: Item) => Promise<unknown>;
    stale: QueryKey;
  };
}

/** A page with things that are made, changed and deleted. */
export function List<Item extends { id: string }>(props: ListProps<Item>) {
  const { title, help, found, empty, add, action, mark, row, nameOf, mayChange, form, deletion } = props;
  const [open, setOpen] = useState<Item | 'new'>();
  const [doomed, setDoomed] = useState<Item>();
  const close = () => setOpen(undefined);
  return (
    <Page
      title={title}
      help={help}
      action={action ?? (add && <AddButton label={add} onClick={() => setOpen('new')} />)}
    >
      {found.isPending && <Skeletons count={4} height={56} />}
      {found.isError && <Failure problem={found.error} onRetry={() => void found.refetch()} />}
      {found.data?.length === 0 && (
        <Empty icon={empty.icon} title={empty.title}>
          {empty.help}
        </Empty>
      )}
      <ul className={classes.rows} aria-label={title}>
        {found.data?.map((item) => (
          <Row
            key={item.id}
            mark={mark?.(item)}
            actions={
              mayChange(item) && (
                <Tools name={nameOf(item)} onChange={() => setOpen(item)} onDelete={() => setDoomed(item)} />
              )
            }
          >
            {row(item)}
          </Row>
        ))}
      </ul>
      {open && form(open === 'new' ? undefined : open, close)}
      {doomed && (
        <SureDialog
          title={deletion.title}
          text={deletion.text(doomed)}
          yes={t('settings.delete')}
          stale={deletion.stale}
          onYes={() => deletion.run(doomed)}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </Page>
  );
}

export function AddButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={onClick}>
      {label}
    </Button>
  );
}

/** What can be done with it stands at the row's end, however narrow the screen is. */
export function Row({ mark, children, actions }: { mark?: ReactNode; children: ReactNode; actions?: ReactNode }) {
  return (
    <li>
      {mark}
      <div className={classes.body}>{children}</div>
      {actions}
    </li>
  );
}

function Tools({ name, onChange, onDelete }: { name: string; onChange: () => void; onDelete: () => void }) {
  return (
    <span className={classes.tools}>
      <ActionIcon aria-label={t('settings.change', { name })} onClick={onChange}>
        <IconPencil size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon aria-label={t('settings.remove', { name })} onClick={onDelete}>
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </span>
  );
}

interface Part<Item> {
  items: Item[];
  next_cursor?: string | null;
}

/** A list that is fetched part by part, and anew whenever its page is opened. */
export function endless<Item>(
  queryKey: QueryKey,
  fetch: (cursor: string | undefined, signal: AbortSignal) => Promise<Part<Item>>,
) {
  return infiniteQueryOptions({
    queryKey,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => fetch(pageParam, signal),
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: 0,
  });
}

interface EndlessProps<Item> {
  title: string;
  help: string;
  found: UseInfiniteQueryResult<InfiniteData<Part<Item>>>;
  /** Fields that narrow the list. */
  filters: ReactNode;
  empty: ReactNode;
  row: (item: Item) => ReactNode;
}

/** A page with what happened, newest first: narrowed by fields, and going on as far as anybody wants to look. */
export function Endless<Item>({ title, help, found, filters, empty, row }: EndlessProps<Item>) {
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={title} help={help}>
      <div className={classes.filters}>
        {filters}
        <Button variant="default" loading={found.isRefetching} onClick={() => void found.refetch()}>
          {t('settings.refresh')}
        </Button>
      </div>
      {found.isPending && <Skeletons count={5} height={56} />}
      {found.isError && <Failure problem={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && items.length === 0 && empty}
      <ul className={classes.rows} aria-label={title}>
        {items.map(row)}
      </ul>
      {found.hasNextPage && (
        <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('settings.more')}
        </Button>
      )}
    </Page>
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
