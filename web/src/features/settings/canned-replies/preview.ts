/** What variables of a canned reply stand for in the preview: an invented customer. */
const SAMPLE: Record<string, string> = {
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

/** The text as a customer would read it; what is unknown is left as it stands. `own`: who writes, and for whom. */
export function previewOf(text: string, own: Record<string, string>): string {
  const known = { ...SAMPLE, ...own };
  return text.replace(/\{\{\s*([\w.]+)\s*(?:\|([^}]*))?\}\}/g, (whole, name: string, otherwise?: string) => {
    return known[name] ?? otherwise?.trim() ?? whole;
  });
}
