import type { Schemas } from '@/api/client';

type Suggestion = Schemas['Suggestion'];

export interface Likeness {
  suggestion: Suggestion;
  otherId: string;
  otherName: string;
}

/** The suggestions that concern a person, each told from their side. */
export function likenesses(suggestions: readonly Suggestion[], contactId: string): Likeness[] {
  return suggestions.flatMap((suggestion) => {
    if (suggestion.contact_id === contactId) {
      return [{ suggestion, otherId: suggestion.other_id, otherName: suggestion.other_name }];
    }
    if (suggestion.other_id === contactId) {
      return [{ suggestion, otherId: suggestion.contact_id, otherName: suggestion.contact_name }];
    }
    return [];
  });
}

/** Compared as people compare names: without case and without spaces around. */
export function isTyped(typed: string, wanted: string): boolean {
  const plain = (text: string) => text.normalize('NFC').trim().replace(/\s+/g, ' ').toLocaleLowerCase();
  return plain(wanted) !== '' && plain(typed) === plain(wanted);
}

/** A name for the file that a person's data go into; letters of every script, nothing that a path could mean. */
export function fileNameOf(name: string, id: string): string {
  const words = name.replace(/[^\p{L}\p{M}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  return `${words || 'contact'}-${id.slice(-6)}.json`;
}
