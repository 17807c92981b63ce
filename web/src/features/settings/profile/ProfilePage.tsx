import { Button, SegmentedControl, Select, Switch, TextInput, useMantineColorScheme } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { meQuery, useMe } from '@/api/queries';
import { type Key, LANGUAGES, type Language, setLanguage, t } from '@/i18n';
import { heardLanguage } from '@/pwa/useInstalled';
import { areSingleKeysOn } from '@/ui/commands';
import { openKeySheet } from '@/ui/overlays';
import { useStore } from '@/ui/store';
import { sentenceOf, showError, showToast } from '@/ui/toasts';
import { Page } from '../parts';
import settings from '../settings.module.css';
import classes from './profile.module.css';

const SCHEMES = ['auto', 'light', 'dark'] as const;

/** What one person is called, and how their screen looks and listens. */
export function ProfilePage() {
  return (
    <Page title={t('profile.title')} help={t('profile.help')}>
      <Person />
      <Screen />
    </Page>
  );
}

function useChangeMe() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas['MeChange']) => unwrap(api.PATCH('/api/v1/me', { body })),
    onSuccess: (me) => {
      queries.setQueryData(meQuery.queryKey, me);
      showToast(t('profile.saved'));
      return queries.invalidateQueries({ queryKey: keys.members });
    },
  });
}

function Person() {
  const me = useMe();
  const before = me.user?.name ?? '';
  const [name, setName] = useState(before);
  const save = useChangeMe();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ name: name.trim() }, { onSuccess: (changed) => setName(changed.user?.name ?? '') });
  };
  return (
    <section className={settings.card}>
      <h2>{t('profile.you')}</h2>
      <form className={classes.fields} onSubmit={submit}>
        <TextInput
          label={t('profile.name')}
          description={t('profile.nameHelp')}
          value={name}
          maxLength={150}
          required
          dir="auto"
          autoComplete="name"
          error={save.isError ? sentenceOf(save.error) : undefined}
          onChange={(event) => setName(event.target.value)}
        />
        {name.trim() !== '' && name.trim() !== before && (
          <Button type="submit" className={classes.save} loading={save.isPending}>
            {t('profile.save')}
          </Button>
        )}
      </form>
      <dl className={classes.facts}>
        <dt>{t('profile.email')}</dt>
        <dd dir="auto">{me.user?.email || '—'}</dd>
        <dt>{t('profile.role')}</dt>
        <dd>{t(`profile.role.${me.role}` as Key)}</dd>
        <dt>{t('profile.password')}</dt>
        <dd>{t('profile.passwordHelp')}</dd>
      </dl>
    </section>
  );
}

function Screen() {
  return (
    <section className={settings.card} aria-labelledby="profile-screen">
      <h2 id="profile-screen">{t('profile.screen')}</h2>
      <LanguageChoice />
      <Appearance />
      <Shortcuts />
    </section>
  );
}

function LanguageChoice() {
  const chosen = useMe().user?.language.split('-')[0] ?? '';
  const save = useChangeMe();
  const data = [
    { value: '', label: t('profile.languageAuto') },
    ...Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, label: name })),
  ];
  const choose = (language: string) => {
    heardLanguage.set(language);
    save.mutate(
      { language },
      { onError: showError, onSuccess: () => language && void setLanguage(language as Language) },
    );
  };
  return (
    <Select
      label={t('profile.language')}
      description={t('profile.languageHelp')}
      data={data}
      value={chosen in LANGUAGES ? chosen : ''}
      allowDeselect={false}
      disabled={save.isPending}
      onChange={(language) => choose(language ?? '')}
    />
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <fieldset className={classes.group}>
      <legend>{t('profile.theme')}</legend>
      <SegmentedControl
        aria-label={t('profile.theme')}
        value={colorScheme}
        data={SCHEMES.map((value) => ({ value, label: t(`profile.theme.${value}`) }))}
        onChange={(scheme) => setColorScheme(scheme as (typeof SCHEMES)[number])}
      />
    </fieldset>
  );
}

function Shortcuts() {
  return (
    <div className={classes.row}>
      <Switch
        label={t('profile.keys')}
        description={t('profile.keysHelp')}
        checked={useStore(areSingleKeysOn)}
        onChange={(event) => areSingleKeysOn.set(event.target.checked)}
      />
      <Button variant="default" size="xs" onClick={openKeySheet}>
        {t('profile.allKeys')}
      </Button>
    </div>
  );
}
