import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { keys } from '@/api/keys';
import { t, translated } from '@/i18n';
import { ChannelBadge, PLATFORM_NAMES, type Platform } from '@/ui/ChannelBadge';
import { Skeletons } from '@/ui/states';
import { sentenceOf } from '@/ui/toasts';
import { type Channel, PLATFORMS } from './channels';
import classes from './channels.module.css';
import { changes, platformsQuery, setupQuery } from './queries';

interface Props {
  /** The channel that is connected anew. */
  again?: Channel;
  onClose: () => void;
  onConnected: (id: string) => void;
}

const HAS_PARENT: readonly Platform[] = ['whatsapp', 'instagram'];

/** Which platform, which account, with what credentials; the platform is asked before anything is stored. */
export function ConnectDialog({ again, onClose, onConnected }: Props) {
  const queries = useQueryClient();
  const [platform, setPlatform] = useState<Platform>(again?.platform ?? 'facebook');
  const [account, setAccount] = useState(again?.external_id ?? '');
  const [parent, setParent] = useState(again?.parent_external_id ?? '');
  const [name, setName] = useState('');
  const [credentials, setCredentials] = useState<Record<string, string>>({});
  const platforms = useQuery(platformsQuery);
  const fields = platforms.data?.find((one) => one.platform === platform)?.credentials ?? [];
  const connect = useMutation({
    mutationFn: () =>
      changes.connect({
        platform,
        external_id: account.trim(),
        parent_external_id: parent.trim(),
        name: name.trim(),
        credentials: Object.fromEntries(Object.entries(credentials).filter(([, value]) => value.trim())),
        settings: {},
      }),
    onSuccess: async (channel) => {
      await queries.invalidateQueries({ queryKey: keys.channels });
      setCredentials({});
      onConnected(channel.id);
    },
  });
  const choose = (one: Platform) => {
    setPlatform(one);
    setCredentials({});
    connect.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    connect.mutate();
  };
  const reason = connect.isError ? sentenceOf(connect.error) : undefined;
  const blamed =
    fields.find((one) => one.name !== 'access_token' && reason?.includes(one.name))?.name ?? 'access_token';
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t(connect.isSuccess ? 'channels.connected' : again ? 'channels.reconnect' : 'channels.connect')}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      {connect.isSuccess ? (
        <>
          <p className={classes.sentence}>{t('channels.connectedNext')}</p>
          <Webhook platform={platform} />
          <Button className={classes.save} onClick={onClose} data-autofocus>
            {t('channels.done')}
          </Button>
        </>
      ) : (
        <form className={classes.form} onSubmit={submit}>
          <fieldset className={classes.platforms} disabled={!!again}>
            <legend className="visually-hidden">{t('channels.platform')}</legend>
            {PLATFORMS.map((one) => (
              <label key={one}>
                <input type="radio" name="platform" checked={platform === one} onChange={() => choose(one)} />
                <ChannelBadge platform={one} size={22} />
                {PLATFORM_NAMES[one]}
              </label>
            ))}
          </fieldset>
          <TextInput
            label={t(`channels.account.${platform}`)}
            required
            data-autofocus={!again || undefined}
            readOnly={!!again}
            value={account}
            onChange={(event) => setAccount(event.target.value)}
          />
          {HAS_PARENT.includes(platform) && (
            <TextInput
              label={t(platform === 'whatsapp' ? 'channels.waba' : 'channels.parentId')}
              value={parent}
              onChange={(event) => setParent(event.target.value)}
            />
          )}
          {!again && (
            <TextInput
              label={t('channels.name')}
              description={t('channels.nameHelp')}
              dir="auto"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
          {platforms.isPending && <Skeletons count={2} height={56} />}
          {fields.map((field) => {
            const Input = field.is_secret ? PasswordInput : TextInput;
            return (
              <Input
                key={`${platform}.${field.name}`}
                label={labelOf(platform, field)}
                description={translated(`channels.credentialHelp.${platform}.${field.name}`, field.help)}
                required={field.is_required}
                autoComplete="off"
                value={credentials[field.name] ?? ''}
                error={field.name === blamed ? reason : undefined}
                onChange={(event) => setCredentials({ ...credentials, [field.name]: event.target.value })}
              />
            );
          })}
          <p className={classes.hint}>{t('channels.secretsHelp')}</p>
          <Webhook platform={platform} />
          <Button type="submit" className={classes.save} loading={connect.isPending}>
            {t('channels.check')}
          </Button>
        </form>
      )}
    </Modal>
  );
}

/** In the reader's language where we have it, else as the server says it. */
function labelOf(platform: Platform, field: { name: string; label: string }): string {
  const shared = translated(`channels.credential.${field.name}`, field.label);
  return translated(`channels.credential.${platform}.${field.name}`, shared);
}

function Webhook({ platform }: { platform: Platform }) {
  const setup = useQuery(setupQuery).data?.find((one) => one.platform === platform);
  if (!setup) return null;
  return (
    <section className={classes.webhook} aria-label={t('channels.webhook')}>
      <strong>{t('channels.webhook')}</strong>
      <Copied label={t('channels.webhookUrl')} value={setup.url} />
      {setup.verify_token && <Copied label={t('channels.verifyToken')} value={setup.verify_token} />}
    </section>
  );
}

function Copied({ label, value }: { label: string; value: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(value).then(() => setCopied(true));
  return (
    <div className={classes.copied}>
      <span>{label}</span>
      <code dir="ltr">{value}</code>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={isCopied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
        aria-label={`${t('channels.copy')}: ${label}`}
        onClick={copy}
      >
        {t(isCopied ? 'channels.copied' : 'channels.copy')}
      </Button>
    </div>
  );
}
