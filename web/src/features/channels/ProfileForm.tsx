import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Schemas } from '@/api/client';
import { t, translated } from '@/i18n';
import { Failure, Skeletons } from '@/ui/states';
import { sentenceOf, showToast } from '@/ui/toasts';
import type { Channel } from './channels';
import classes from './channels.module.css';
import { Preview } from './Preview';
import { changesOf, type Draft, draftOf, type Json, type MenuItem, saidOf } from './profile';
import { changes, profileQuery } from './queries';

const settingName = (name: string) => translated(`channels.profile.${name}`, name);

/** What stands on the account itself, beside a picture of it on the phone. */
export function ProfileForm({ channel, mayManage }: { channel: Channel; mayManage: boolean }) {
  const found = useQuery(profileQuery(channel.id));
  if (found.data?.settable.length === 0) return null;
  return (
    <section className={classes.card} aria-label={t('channels.profile')}>
      <h3>{t('channels.profile')}</h3>
      {found.isPending && <Skeletons count={2} height={60} />}
      {found.isError && <Failure problem={found.error} onRetry={() => void found.refetch()} />}
      {found.data && <Loaded key={found.dataUpdatedAt} channel={channel} profile={found.data} mayManage={mayManage} />}
    </section>
  );
}

function Loaded({
  channel,
  profile,
  mayManage,
}: {
  channel: Channel;
  profile: Schemas['ChannelProfile'];
  mayManage: boolean;
}) {
  const queries = useQueryClient();
  const ours = profile.ours as Json;
  const theirs = profile.theirs as Json | null;
  const before = theirs ?? ours;
  const [draft, setDraft] = useState<Draft>(() => draftOf(before));
  const set = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const save = useMutation({
    mutationFn: (settings: Json) => changes.profile(channel.id, settings),
    onSuccess: (answer) => {
      queries.setQueryData(profileQuery(channel.id).queryKey, answer);
      showToast(t('channels.saved'));
    },
  });
  const has = (name: string) => profile.settable.includes(name);
  const changed = changesOf(draft, before, profile.settable);
  const only = (from: Json) => Object.fromEntries(profile.drift.map((name) => [name, from[name] ?? null]));
  return (
    <>
      {profile.problem && (
        <p className={classes.why} data-tone="danger" dir="auto">
          {profile.problem}
        </p>
      )}
      {profile.drift.length > 0 && theirs && (
        <div className={classes.why} data-tone="warn">
          <p>{t('channels.drift', { names: profile.drift.map(settingName).join(', ') })}</p>
          <table className={classes.drift}>
            <thead>
              <tr>
                <td />
                <th scope="col">{t('channels.driftHere')}</th>
                <th scope="col">{t('channels.driftThere')}</th>
              </tr>
            </thead>
            <tbody>
              {profile.drift.map((name) => (
                <tr key={name}>
                  <th scope="row">{settingName(name)}</th>
                  <td dir="auto">{saidOf(name, ours, theirs) || t('channels.driftNothing')}</td>
                  <td dir="auto">{saidOf(name, theirs, theirs) || t('channels.driftNothing')}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {mayManage && (
            <div className={classes.actions}>
              <Button size="xs" variant="default" loading={save.isPending} onClick={() => save.mutate(only(ours))}>
                {t('channels.driftOurs')}
              </Button>
              <Button size="xs" variant="default" loading={save.isPending} onClick={() => save.mutate(only(theirs))}>
                {t('channels.driftTheirs')}
              </Button>
            </div>
          )}
        </div>
      )}
      <div className={classes.beside}>
        <fieldset className={classes.form} disabled={!mayManage}>
          <legend className="visually-hidden">{t('channels.profile')}</legend>
          {has('greeting') && <Greetings draft={draft} set={set} />}
          {has('get_started') && (
            <TextInput
              label={t('channels.profile.get_started')}
              description={t('channels.payloadHelp')}
              value={draft.getStarted}
              maxLength={1000}
              onChange={(event) => set({ getStarted: event.target.value })}
            />
          )}
          {has('persistent_menu') && <Menu draft={draft} set={set} />}
          {has('ice_breakers') && <Questions draft={draft} set={set} />}
          {has('default_rich_menu_id') && <RichMenu draft={draft} set={set} held={before} />}
          {save.isError && (
            <p className={classes.why} data-tone="danger" role="alert" dir="auto">
              {sentenceOf(save.error)}
            </p>
          )}
          {mayManage && (
            <Button
              className={classes.save}
              disabled={Object.keys(changed).length === 0}
              loading={save.isPending}
              onClick={() => save.mutate(changed)}
            >
              {t('channels.publish')}
            </Button>
          )}
        </fieldset>
        <Preview channel={channel} draft={draft} held={before} />
      </div>
    </>
  );
}

interface Part {
  draft: Draft;
  set: (part: Partial<Draft>) => void;
}

function Rows<T>({
  title,
  rows,
  most,
  blank,
  set,
  children,
}: {
  title: string;
  rows: T[];
  most: number;
  blank: T;
  set: (rows: T[]) => void;
  children: (row: T, change: (part: Partial<T>) => void, place: number) => ReactNode;
}) {
  return (
    <div className={classes.group}>
      <h4>{title}</h4>
      {rows.map((row, place) => (
        <div key={place} className={classes.line}>
          {children(row, (part) => set(rows.map((one, at) => (at === place ? { ...one, ...part } : one))), place + 1)}
          <ActionIcon
            aria-label={t('channels.remove', { name: title, place: place + 1 })}
            onClick={() => set(rows.filter((_, at) => at !== place))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      {rows.length < most && (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          aria-label={`${t('channels.add')}: ${title}`}
          onClick={() => set([...rows, blank])}
        >
          {t('channels.add')}
        </Button>
      )}
    </div>
  );
}

function Greetings({ draft, set }: Part) {
  const blank = { locale: draft.greetings.length === 0 ? 'default' : '', text: '' };
  return (
    <Rows
      title={t('channels.profile.greeting')}
      rows={draft.greetings}
      most={30}
      blank={blank}
      set={(greetings) => set({ greetings })}
    >
      {(row, change, place) => (
        <>
          <TextInput
            className={classes.short}
            aria-label={`${t('channels.locale')} ${place}`}
            placeholder="th_TH"
            value={row.locale}
            onChange={(event) => change({ locale: event.target.value })}
          />
          <TextInput
            aria-label={`${t('channels.profile.greeting')} ${place}`}
            dir="auto"
            maxLength={160}
            value={row.text}
            onChange={(event) => change({ text: event.target.value })}
          />
        </>
      )}
    </Rows>
  );
}

function Menu({ draft, set }: Part) {
  const blank: MenuItem = { type: 'postback', title: '', payload: '' };
  const kinds = [
    { value: 'postback', label: t('channels.menuPostback') },
    { value: 'web_url', label: t('channels.menuLink') },
  ];
  const retype = (kind: string | null): Partial<MenuItem> =>
    kind === 'web_url'
      ? { type: 'web_url', url: '', payload: undefined }
      : { type: 'postback', payload: '', url: undefined };
  return (
    <Rows
      title={t('channels.profile.persistent_menu')}
      rows={draft.menu}
      most={20}
      blank={blank}
      set={(menu) => set({ menu })}
    >
      {(row, change, place) => (
        <>
          <TextInput
            aria-label={`${t('channels.menuTitle')} ${place}`}
            placeholder={t('channels.menuTitle')}
            dir="auto"
            maxLength={30}
            value={row.title}
            onChange={(event) => change({ title: event.target.value })}
          />
          <Select
            className={classes.short}
            aria-label={`${t('channels.menuKind')} ${place}`}
            data={kinds}
            value={row.type}
            allowDeselect={false}
            onChange={(kind) => change(retype(kind))}
          />
          <TextInput
            aria-label={`${t('channels.menuTarget')} ${place}`}
            placeholder={row.type === 'web_url' ? 'https://' : 'PAYLOAD'}
            value={(row.type === 'web_url' ? row.url : row.payload) ?? ''}
            onChange={(event) =>
              change(row.type === 'web_url' ? { url: event.target.value } : { payload: event.target.value })
            }
          />
        </>
      )}
    </Rows>
  );
}

function Questions({ draft, set }: Part) {
  return (
    <Rows
      title={t('channels.profile.ice_breakers')}
      rows={draft.questions}
      most={4}
      blank={{ question: '', payload: '' }}
      set={(questions) => set({ questions })}
    >
      {(row, change, place) => (
        <>
          <TextInput
            aria-label={`${t('channels.question')} ${place}`}
            placeholder={t('channels.question')}
            dir="auto"
            maxLength={80}
            value={row.question}
            onChange={(event) => change({ question: event.target.value })}
          />
          <TextInput
            className={classes.short}
            aria-label={`${t('channels.payload')} ${place}`}
            placeholder="PAYLOAD"
            value={row.payload}
            onChange={(event) => change({ payload: event.target.value })}
          />
        </>
      )}
    </Rows>
  );
}

function RichMenu({ draft, set, held }: Part & { held: Json }) {
  const menus = Array.isArray(held.rich_menus) ? (held.rich_menus as Json[]) : [];
  const data = [
    { value: '', label: t('channels.noRichMenu') },
    ...menus.map((menu) => ({ value: String(menu.richMenuId), label: String(menu.name ?? menu.richMenuId) })),
  ];
  return (
    <Select
      label={t('channels.profile.default_rich_menu_id')}
      description={menus.length === 0 ? t('channels.richMenuHelp') : undefined}
      data={data}
      value={draft.richMenu}
      allowDeselect={false}
      onChange={(richMenu) => set({ richMenu: richMenu ?? '' })}
    />
  );
}
