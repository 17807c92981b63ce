import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { useMay, useMe } from '@/api/queries';
import { t } from '@/i18n';
import { Empty, Failure, Skeletons } from '@/ui/states';
import { dayOf, fullTime, shortAgo, useNow } from '@/ui/time';
import { AddButton, FormDialog, Page, Row, SureDialog, useChange } from '../parts';
import classes from '../settings.module.css';

type ApiKey = Schemas['ApiKey'];

/** From the least to the most. */
const ROLES = ['viewer', 'agent', 'manager', 'admin', 'owner'] as const;
const LIVES = { none: undefined, month: 30, quarter: 90, year: 365 } as const;
const DAY_MS = 86_400_000;

const keysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: () => unwrap(api.GET('/api/v1/api-keys')).then((answer) => answer.items),
});

/** Keys with which other programs work for the organisation. */
export function KeysPage() {
  const mayManage = useMay('manage_keys');
  const found = useQuery({ ...keysQuery, enabled: mayManage });
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas['MadeApiKey']>();
  const [doomed, setDoomed] = useState<ApiKey>();
  if (!mayManage) return <Page title={t('shell.settings.api-keys')} help={t('settings.mayAdmins')} />;
  return (
    <Page
      title={t('shell.settings.api-keys')}
      help={t('settings.help.api-keys')}
      action={<AddButton label={t('settings.keys.new')} onClick={() => setMaking(true)} />}
    >
      {found.isPending && <Skeletons count={3} height={60} />}
      {found.isError && <Failure problem={found.error} onRetry={() => void found.refetch()} />}
      {found.data?.length === 0 && (
        <Empty icon={<IconKey size={28} aria-hidden />} title={t('settings.keys.none')}>
          {t('settings.keys.noneHelp')}
        </Empty>
      )}
      <ul className={classes.rows} aria-label={t('shell.settings.api-keys')}>
        {found.data?.map((key) => (
          <KeyRow key={key.id} apiKey={key} onRevoke={() => setDoomed(key)} />
        ))}
      </ul>
      {isMaking && (
        <KeyForm
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false);
            setMade(key);
          }}
        />
      )}
      {made && <Shown made={made} onClose={() => setMade(undefined)} />}
      {doomed && (
        <SureDialog
          title={t('settings.keys.revoke')}
          text={t('settings.keys.sure', { name: doomed.name })}
          yes={t('settings.keys.revoke')}
          stale={keysQuery.queryKey}
          onYes={() => unwrap(api.DELETE('/api/v1/api-keys/{key_id}', { params: { path: { key_id: doomed.id } } }))}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </Page>
  );
}

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const now = useNow();
  const used = apiKey.last_used_at ? Date.parse(apiKey.last_used_at) : undefined;
  const ends = apiKey.expires_at ? Date.parse(apiKey.expires_at) : undefined;
  return (
    <Row
      actions={
        <Button
          size="xs"
          variant="default"
          aria-label={`${t('settings.keys.revoke')}: ${apiKey.name}`}
          onClick={onRevoke}
        >
          {t('settings.keys.revoke')}
        </Button>
      }
    >
      <div className={classes.what}>
        <strong dir="auto">{apiKey.name}</strong>
        <span>
          <code dir="ltr">{apiKey.prefix}…</code> {t(`profile.role.${apiKey.role}`)}
          {apiKey.is_operator && ` · ${t('settings.keys.operator')}`}
        </span>
      </div>
      <span className={classes.aside} title={used ? fullTime(used) : undefined}>
        {used ? t('settings.keys.used', { when: shortAgo(used, now) }) : t('settings.keys.unused')}
      </span>
      {ends && (
        <span className={classes.badge} data-bad={ends < now || undefined} title={fullTime(ends)}>
          {t(ends < now ? 'settings.keys.expired' : 'settings.keys.expires', { when: dayOf(ends) })}
        </span>
      )}
    </Row>
  );
}

function KeyForm({ onMade, onClose }: { onMade: (key: Schemas['MadeApiKey']) => void; onClose: () => void }) {
  const own = ROLES.indexOf(useMe().role);
  const now = useNow();
  const [name, setName] = useState('');
  const [role, setRole] = useState<ApiKey['role']>('agent');
  const [life, setLife] = useState<keyof typeof LIVES>('none');
  const make = useChange(async () => {
    const days = LIVES[life];
    const expires_at = days ? new Date(now + days * DAY_MS).toISOString() : null;
    onMade(await unwrap(api.POST('/api/v1/api-keys', { body: { name: name.trim(), role, expires_at } })));
  }, keysQuery.queryKey);
  return (
    <FormDialog
      title={t('settings.keys.new')}
      submit={t('settings.keys.make')}
      isPending={make.isPending}
      problem={make.error}
      onSubmit={() => make.mutate(undefined)}
      onClose={onClose}
    >
      <TextInput
        label={t('settings.name')}
        description={t('settings.keys.nameHelp')}
        required
        data-autofocus
        maxLength={200}
        dir="auto"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <NativeSelect
        label={t('settings.keys.role')}
        value={role}
        data={ROLES.slice(0, own + 1).map((value) => ({ value, label: t(`profile.role.${value}`) }))}
        onChange={(event) => setRole(event.target.value as ApiKey['role'])}
      />
      <NativeSelect
        label={t('settings.keys.life')}
        value={life}
        data={Object.keys(LIVES).map((value) => ({
          value,
          label: t(`settings.keys.life.${value as keyof typeof LIVES}`),
        }))}
        onChange={(event) => setLife(event.target.value as keyof typeof LIVES)}
      />
    </FormDialog>
  );
}

/** The only time that the key itself is seen. */
function Shown({ made, onClose }: { made: Schemas['MadeApiKey']; onClose: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(made.key).then(() => setCopied(true));
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      title={t('settings.keys.made')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <p className={classes.question}>{t('settings.keys.once')}</p>
      <div className={classes.secret}>
        <code dir="ltr">{made.key}</code>
        <Button
          variant="default"
          leftSection={isCopied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          onClick={copy}
        >
          {t(isCopied ? 'settings.copied' : 'settings.copy')}
        </Button>
      </div>
      <div className={classes.buttons}>
        <Button onClick={onClose}>{t('settings.done')}</Button>
      </div>
    </Modal>
  );
}
