import type channels from './en/channels.json';
import type inbox from './en/inbox.json';
import type notifications from './en/notifications.json';
import type panel from './en/panel.json';
import type profile from './en/profile.json';
import type sandbox from './en/sandbox.json';
import type settings from './en/settings.json';
import type shell from './en/shell.json';
import type templates from './en/templates.json';

/** One file a feature; each feature owns its own in every language. */
type Catalogues = {
  channels: typeof channels;
  inbox: typeof inbox;
  notifications: typeof notifications;
  panel: typeof panel;
  profile: typeof profile;
  sandbox: typeof sandbox;
  settings: typeof settings;
  shell: typeof shell;
  templates: typeof templates;
};

export type Feature = keyof Catalogues;

type Base<K> = K extends `${infer B}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}` ? B : K;

/** Every word that t() takes: `shell.retry`; a word with forms by its name without the form. */
export type Key = {
  [F in keyof Catalogues & string]: `${F}.${Base<keyof Catalogues[F] & string>}`;
}[keyof Catalogues & string];

export type Catalogue = Record<string, string>;
