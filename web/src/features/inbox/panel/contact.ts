import { queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queries';
import { t } from '@/i18n';
import { showError, showToast } from '@/ui/toasts';
import { staleLists } from '../lists';
import { type Attributes, titleOf, withAttribute, withoutAttribute } from './attributes';

export type Contact = Schemas['ContactDetail'];
type Change = Partial<Schemas['ContactChange']>;

const of = (id: string) => ({ params: { path: { contact_id: id } } });

export function contactQuery(id: string) {
  return queryOptions({
    queryKey: keys.contact(id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/contacts/{contact_id}', { ...of(id), signal })),
  });
}

/** Below the contact's own key, so that whatever makes the contact stale makes these stale. */
export function suggestionsQuery(id: string) {
  return queryOptions({
    queryKey: [...keys.contact(id), 'suggestions'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/contacts/suggestions', { params: { query: { limit: 200 } }, signal })).then(
        (answer) => answer.items,
      ),
  });
}

/** As it is now, not as it was when an undo was offered. */
function current(contact: Contact): Contact {
  return queryClient.getQueryData(contactQuery(contact.id).queryKey) ?? contact;
}

/** Shows a change at once, asks the server for it, and offers the way back. */
export async function changeContact(contact: Contact, change: Change, said: string, undo: Change): Promise<void> {
  const { queryKey } = contactQuery(contact.id);
  const before = current(contact);
  await queryClient.cancelQueries({ queryKey, exact: true });
  queryClient.setQueryData(queryKey, { ...before, ...(change as Partial<Contact>) });
  try {
    const body = change as Schemas['ContactChange'];
    const answer = await unwrap(api.PATCH('/api/v1/contacts/{contact_id}', { ...of(contact.id), body }));
    queryClient.setQueryData(queryKey, answer);
    showToast(said, () => void changeContact(answer, undo, said, change));
    if ('name' in change) renamed();
  } catch (problem) {
    queryClient.setQueryData(queryKey, before);
    showError(problem);
  }
}

/** Conversations carry the name of their person. */
function renamed(): void {
  staleLists();
  void queryClient.invalidateQueries({ queryKey: ['conversation'] });
}

type Plain = 'name' | 'language' | 'timezone' | 'email' | 'phone';

export function changeField(contact: Contact, field: Plain, value: string): Promise<void> {
  const { [field]: before } = current(contact);
  const isAddress = field === 'email' || field === 'phone';
  const said = t('panel.done.changed', { name: t(`panel.${field}`) });
  return changeContact(
    contact,
    { [field]: value || (isAddress ? null : '') },
    said,
    isAddress ? { [field]: before, [`is_${field}_verified`]: contact[`is_${field}_verified`] } : { [field]: before },
  );
}

export function setVerified(contact: Contact, field: 'email' | 'phone', isVerified: boolean): Promise<void> {
  const said = t('panel.done.changed', { name: t(`panel.${field}`) });
  const name = `is_${field}_verified` as const;
  return changeContact(contact, { [name]: isVerified }, said, { [name]: !isVerified });
}

export function setBlocked(contact: Contact, isBlocked: boolean): Promise<void> {
  const said = isBlocked ? t('panel.done.blocked') : t('panel.done.unblocked');
  return changeContact(contact, { is_blocked: isBlocked }, said, { is_blocked: !isBlocked });
}

export function setAttribute(contact: Contact, name: string, value: unknown): Promise<void> {
  const said = t('panel.done.attribute', { name: titleOf(name) });
  return changeAttributes(contact, said, (all) => withAttribute(all, name, value));
}

export function removeAttribute(contact: Contact, name: string): Promise<void> {
  const said = t('panel.done.attributeRemoved', { name: titleOf(name) });
  return changeAttributes(contact, said, (all) => withoutAttribute(all, name));
}

/** The server takes all of them at once, so what others changed meanwhile is asked for first. */
async function changeAttributes(contact: Contact, said: string, make: (all: Attributes) => Attributes): Promise<void> {
  const before = await queryClient.fetchQuery({ ...contactQuery(contact.id), staleTime: 1000 }).catch(() => contact);
  await changeContact(before, { attributes: make(before.attributes) }, said, { attributes: before.attributes });
}

export function mergeContact(contact: Contact, otherId: string, otherName: string): Promise<void> {
  return joinOrPart('merge', contact, otherId, t('panel.done.merged', { name: otherName }), () =>
    unmergeContact(contact, otherId, otherName),
  );
}

export function unmergeContact(contact: Contact, otherId: string, otherName: string): Promise<void> {
  return joinOrPart('unmerge', contact, otherId, t('panel.done.unmerged', { name: otherName }), () =>
    mergeContact(contact, otherId, otherName),
  );
}

async function joinOrPart(
  way: 'merge' | 'unmerge',
  contact: Contact,
  otherId: string,
  said: string,
  undo: () => Promise<void>,
): Promise<void> {
  const request = { ...of(contact.id), body: { contact_id: otherId } };
  try {
    const asking =
      way === 'merge'
        ? api.POST('/api/v1/contacts/{contact_id}/merge', request)
        : api.POST('/api/v1/contacts/{contact_id}/unmerge', request);
    queryClient.setQueryData(keys.contact(contact.id), await unwrap(asking));
    showToast(said, () => void undo());
  } catch (problem) {
    showError(problem);
  }
  void queryClient.invalidateQueries({ queryKey: ['contact'] });
  renamed();
}

export async function dismiss(contact: Contact, suggestion: Schemas['Suggestion']): Promise<void> {
  const { queryKey } = suggestionsQuery(contact.id);
  const before = queryClient.getQueryData(queryKey);
  queryClient.setQueryData(queryKey, (all) => all?.filter(({ id }) => id !== suggestion.id));
  try {
    const params = { path: { suggestion_id: suggestion.id } };
    await unwrap(api.POST('/api/v1/contacts/suggestions/{suggestion_id}/dismiss', { params }));
    showToast(t('panel.done.dismissed'));
  } catch (problem) {
    queryClient.setQueryData(queryKey, before);
    showError(problem);
  }
}

/** Everything that is kept of a person, as a file in the browser's downloads. */
export async function exportContact(contact: Contact, fileName: string): Promise<void> {
  try {
    const found = await unwrap(api.GET('/api/v1/contacts/{contact_id}/export', of(contact.id)));
    save(new Blob([JSON.stringify(found, null, 2)], { type: 'application/json' }), fileName);
    showToast(t('panel.done.exported'));
  } catch (problem) {
    showError(problem);
  }
}

function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** True when it is done. */
export async function eraseContact(contact: Contact): Promise<boolean> {
  try {
    const left = await unwrap(api.POST('/api/v1/contacts/{contact_id}/erase', of(contact.id)));
    queryClient.setQueryData(keys.contact(contact.id), left);
    showToast(t('panel.done.erased'));
  } catch (problem) {
    showError(problem);
    return false;
  }
  for (const key of ['contact', 'conversation', 'messages', 'notes', 'gallery', 'leads', 'run', 'activity']) {
    void queryClient.invalidateQueries({ queryKey: [key] });
  }
  staleLists();
  return true;
}
