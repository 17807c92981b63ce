import { fileUrl, type HeldFile, type Json, type PhoneMessage } from './api';

/** What one bubble shows, whatever the platform calls its parts. */
export interface Shown {
  text: string;
  media: Media[];
  cards: Card[];
  buttons: Button[];
  quickReplies: Button[];
  place?: Place;
}

export interface Media {
  kind: 'image' | 'audio' | 'video' | 'file';
  /** On our own server; null when the file lies elsewhere and is only named. */
  url: string | null;
  name: string;
}

export interface Card {
  title: string;
  subtitle: string;
  image: string | null;
  buttons: Button[];
}

export interface Button {
  label: string;
  /** Leads away; pressing it tells the business nothing. */
  isLink: boolean;
}

export interface Place {
  title: string;
  latitude: number;
  longitude: number;
}

const MEDIA_KINDS = ['image', 'video', 'audio', 'document', 'file', 'sticker'] as const;

/** A message of any of the four platforms, in or out, as its parts. */
export function readable(message: PhoneMessage): Shown {
  const body = message.body;
  return {
    text: textOf(message),
    media: mediaOf(message),
    cards: cardsOf(body),
    buttons: buttonsOf(body),
    quickReplies: quickRepliesOf(body),
    place: placeOf(body),
  };
}

function textOf(message: PhoneMessage): string {
  const { body } = message;
  const payload = payloadOf(body);
  const template = record(body.template);
  const candidates: unknown[] = [
    message.text,
    body.text,
    body.caption,
    payload.text,
    template.text,
    record(body.body).text,
    ...MEDIA_KINDS.map((kind) => record(body[kind]).caption),
    body.altText,
    body.title,
    ...['button_reply', 'list_reply'].map((kind) => record(record(body.interactive)[kind]).title),
    record(body.button).text,
    body.name,
  ];
  const found = candidates.find((one): one is string => typeof one === 'string' && one !== '') ?? '';
  if (message.type === 'template') return [text(body.header), found, text(body.footer)].filter(Boolean).join('\n');
  return message.type === 'flex' ? [found, ...flexTexts(body.contents)].filter(Boolean).join('\n') : found;
}

function mediaOf(message: PhoneMessage): Media[] {
  if (message.media?.length) return message.media.map(held);
  const links = [
    payloadOf(message.body).url,
    ...list(message.body.attachments).map((one) => record(record(one).payload).url),
    message.body.link,
    message.body.originalContentUrl,
  ];
  return links
    .filter((link): link is string => typeof link === 'string')
    .map((link) => ({ kind: kindOfType(message.type), url: ownPath(link), name: nameOf(link) }));
}

function held(file: HeldFile): Media {
  const kind = ['image', 'audio', 'video'].find((one) => file.mime_type.startsWith(`${one}/`)) ?? 'file';
  return { kind: kind as Media['kind'], url: fileUrl(file), name: file.filename || file.mime_type };
}

function kindOfType(type: string): Media['kind'] {
  if (type === 'sticker') return 'image';
  return (['image', 'audio', 'video'].find((one) => one === type) ?? 'file') as Media['kind'];
}

/** Files of the hub are shown from here; nothing is loaded from anywhere else. */
function ownPath(link: string): string | null {
  try {
    const { pathname, search } = new URL(link);
    return pathname.startsWith('/media/') ? pathname + search : null;
  } catch {
    return null;
  }
}

function nameOf(link: string): string {
  return link.split('?')[0]?.split('/').pop() || link;
}

function cardsOf(body: Json): Card[] {
  const template = record(body.template);
  return [...list(payloadOf(body).elements), ...list(template.columns)].map((one) => {
    const card = record(one);
    const image = text(card.image_url) || text(card.thumbnailImageUrl) || text(card.imageUrl);
    return {
      title: text(card.title),
      subtitle: text(card.subtitle) || text(card.text),
      image: image ? ownPath(image) : null,
      buttons: [...list(card.buttons), ...list(card.actions), ...list(card.action && [card.action])].map(button),
    };
  });
}

function buttonsOf(body: Json): Button[] {
  const action = record(body.action);
  const found = [
    ...list(payloadOf(body).buttons),
    ...list(record(body.template).actions),
    ...list(action.buttons),
    ...list(body.buttons),
    ...list(action.sections).flatMap((section) => list(record(section).rows)),
    ...flexActions(body.contents),
  ];
  return found.map(button);
}

function quickRepliesOf(body: Json): Button[] {
  const line = list(record(body.quickReply).items).map((one) => record(one).action);
  return [...list(body.quick_replies), ...line].map(button);
}

function button(value: unknown): Button {
  const found = record(value);
  const label = text(found.title) || text(found.label) || text(record(found.reply).title) || text(found.text);
  return { label, isLink: ['web_url', 'uri', 'url', 'phone_number', 'copy_code'].includes(text(found.type)) };
}

function placeOf(body: Json): Place | undefined {
  const attached = list(body.attachments).map((one) => record(record(record(one).payload).coordinates));
  for (const place of [record(body.location), body, ...attached]) {
    const latitude = place.latitude ?? place.lat;
    const longitude = place.longitude ?? place.long;
    if (typeof latitude === 'number' && typeof longitude === 'number') {
      return { title: text(place.name) || text(place.title) || text(place.address), latitude, longitude };
    }
  }
  return undefined;
}

function flexTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(flexTexts);
  const found = record(value);
  const own = found.type === 'text' ? [text(found.text)] : [];
  return [...own, ...['hero', 'header', 'body', 'footer', 'contents'].flatMap((part) => flexTexts(found[part] ?? []))];
}

function flexActions(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(flexActions);
  const found = record(value);
  const own = found.type === 'button' ? [found.action] : [];
  return [
    ...own,
    ...['hero', 'header', 'body', 'footer', 'contents'].flatMap((part) => flexActions(found[part] ?? [])),
  ];
}

const payloadOf = (body: Json): Json => record(record(body.attachment).payload);
const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
