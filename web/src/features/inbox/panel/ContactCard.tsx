import { Switch } from '@mantine/core';
import { IconAlertTriangle, IconCopy, IconShieldCheck, IconShieldQuestion } from '@tabler/icons-react';
import { useMay } from '@/api/queries';
import { currentLanguage, t } from '@/i18n';
import { Avatar } from '@/ui/Avatar';
import { ChannelBadge, PLATFORM_NAMES } from '@/ui/ChannelBadge';
import { dayOf, fullTime, shortAgo, useNow } from '@/ui/time';
import { showToast } from '@/ui/toasts';
import { isErased } from './attributes';
import { type Contact, changeField, setBlocked, setVerified } from './contact';
import fields from './fields.module.css';
import { InlineField } from './InlineField';
import classes from './panel.module.css';
import { languageChoices, languageName, timeIn, timezoneChoices } from './places';
import { Reason } from './Reason';

/** Who it is, everywhere we know them from. */
export function ContactCard({ contact }: { contact: Contact }) {
  const mayEdit = useMay('edit_contacts') && !isErased(contact.attributes);
  return (
    <>
      <Head contact={contact} mayEdit={mayEdit} />
      <Identities contact={contact} />
      <dl className={fields.rows}>
        <Address contact={contact} field="email" mayEdit={mayEdit} />
        <Address contact={contact} field="phone" mayEdit={mayEdit} />
        <Language contact={contact} mayEdit={mayEdit} />
        <Timezone contact={contact} mayEdit={mayEdit} />
        <Seen contact={contact} />
      </dl>
      {mayEdit ? <Blocked contact={contact} /> : <Locked contact={contact} />}
    </>
  );
}

interface Part {
  contact: Contact;
  mayEdit: boolean;
}

function Head({ contact, mayEdit }: Part) {
  return (
    <div className={classes.who}>
      <Avatar name={contact.name || t('inbox.nameless')} url={contact.avatar_url} size={52} />
      <div>
        <InlineField
          label={t('panel.name')}
          value={contact.name}
          maxLength={200}
          isLocked={!mayEdit}
          className={classes.name}
          onSave={(value) => void changeField(contact, 'name', value)}
        />
        {contact.is_blocked && <span className={classes.blocked}>{t('panel.blocked')}</span>}
      </div>
    </div>
  );
}

function Identities({ contact }: { contact: Contact }) {
  const now = useNow();
  return (
    <ul className={classes.identities} aria-label={t('panel.identities')}>
      {contact.identities.map((identity) => {
        const name = identity.display_name || identity.username || identity.external_id;
        return (
          <li key={identity.id}>
            <ChannelBadge platform={identity.platform} size={20} />
            <span className={classes.identity}>
              <bdi title={identity.username ? `@${identity.username}` : undefined}>{name}</bdi>
              <span>
                {PLATFORM_NAMES[identity.platform]} · <bdi>{identity.channel_name}</bdi>
              </span>
              {identity.is_standby && <em>{t('panel.standby')}</em>}
              {!identity.is_reachable && (
                <em className={classes.warn}>
                  <IconAlertTriangle size={12} aria-hidden />
                  <bdi>{identity.unreachable_reason || t('panel.unreachable')}</bdi>
                </em>
              )}
            </span>
            {identity.last_seen_at && (
              <time dateTime={identity.last_seen_at} title={fullTime(Date.parse(identity.last_seen_at))}>
                {shortAgo(Date.parse(identity.last_seen_at), now)}
              </time>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Address({ contact, field, mayEdit }: Part & { field: 'email' | 'phone' }) {
  const label = t(`panel.${field}`);
  const value = contact[field] ?? '';
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <InlineField
          label={label}
          value={value}
          type={field === 'email' ? 'email' : 'tel'}
          maxLength={field === 'email' ? 200 : 40}
          isLocked={!mayEdit}
          shown={<bdi dir="ltr">{value}</bdi>}
          onSave={(text) => void changeField(contact, field, text)}
        />
        {value && <Verified contact={contact} field={field} mayEdit={mayEdit} />}
        {value && <Copy label={label} value={value} className={fields.beside} />}
      </dd>
    </>
  );
}

function Copy({ label, value, className }: { label: string; value: string; className: string | undefined }) {
  const copy = () => void navigator.clipboard?.writeText(value).then(() => showToast(t('panel.copied')));
  return (
    <button
      type="button"
      className={`${fields.icon} ${fields.reveal} ${className}`}
      aria-label={t('panel.copy', { name: label })}
      onClick={copy}
    >
      <IconCopy size={14} aria-hidden />
    </button>
  );
}

function Verified({ contact, field, mayEdit }: Part & { field: 'email' | 'phone' }) {
  const isVerified = contact[`is_${field}_verified`];
  const label = isVerified ? t('panel.verified') : t('panel.unverified');
  const Icon = isVerified ? IconShieldCheck : IconShieldQuestion;
  return (
    <button
      type="button"
      className={fields.icon}
      data-good={isVerified || undefined}
      disabled={!mayEdit}
      aria-pressed={isVerified}
      aria-label={`${t(`panel.${field}`)}: ${label}`}
      title={label}
      onClick={() => void setVerified(contact, field, !isVerified)}
    >
      <Icon size={16} aria-hidden />
    </button>
  );
}

function Language({ contact, mayEdit }: Part) {
  return (
    <>
      <dt>{t('panel.language')}</dt>
      <dd>
        <InlineField
          label={t('panel.language')}
          value={contact.language}
          shown={languageName(contact.language, currentLanguage())}
          isLocked={!mayEdit}
          choices={() => languageChoices(contact.language, currentLanguage())}
          onSave={(value) => void changeField(contact, 'language', value)}
        />
      </dd>
    </>
  );
}

function Timezone({ contact, mayEdit }: Part) {
  const now = useNow();
  const time = timeIn(contact.timezone, now, currentLanguage());
  return (
    <>
      <dt>{t('panel.timezone')}</dt>
      <dd>
        <InlineField
          label={t('panel.timezone')}
          value={contact.timezone}
          shown={
            <>
              {contact.timezone.replace(/_/g, ' ')}
              {time && <span className={classes.faint}> · {t('panel.timezoneNow', { time })}</span>}
            </>
          }
          isLocked={!mayEdit}
          choices={() => timezoneChoices(contact.timezone)}
          onSave={(value) => void changeField(contact, 'timezone', value)}
        />
      </dd>
    </>
  );
}

function Seen({ contact }: { contact: Contact }) {
  const moment = contact.first_seen_at;
  if (!moment) return null;
  return (
    <>
      <dt>{t('panel.firstSeen')}</dt>
      <dd className={fields.locked}>
        <time dateTime={moment} title={fullTime(Date.parse(moment))}>
          {dayOf(Date.parse(moment))}
        </time>
      </dd>
    </>
  );
}

function Blocked({ contact }: { contact: Contact }) {
  return (
    <Switch
      className={classes.block}
      size="xs"
      label={t('panel.blocked')}
      description={contact.is_blocked ? t('panel.blockedHint') : undefined}
      checked={contact.is_blocked}
      color="red"
      onChange={(event) => void setBlocked(contact, event.currentTarget.checked)}
    />
  );
}

function Locked({ contact }: { contact: Contact }) {
  return <Reason>{isErased(contact.attributes) ? t('panel.erase.done') : t('panel.mayAgents')}</Reason>;
}
