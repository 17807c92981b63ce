/** A customer who is invented, where none is at hand. */
export const SAMPLE: Record<string, string> = {
  'contact.name': 'Mali Chan',
  'contact.first_name': 'Mali',
  'contact.last_name': 'Chan',
  'contact.language': 'th',
};

/** The variables that are offered as buttons. */
export const VARIABLES = [
  'contact.first_name',
  'contact.name',
  'agent.first_name',
  'channel.name',
  'organization.name',
] as const;

/** The text as a customer would read it; what is not known is left as it stands. */
export function previewOf(text: string, known: Record<string, string>): string {
  return text.replace(/\{\{\s*([\w.]+)\s*(?:\|([^}]*))?\}\}/g, (whole, name: string, otherwise?: string) => {
    return known[name] || (otherwise?.trim() ?? whole);
  });
}
