import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';

interface MediaRule {
  mime_types: string[];
  max_bytes: number;
  max_per_message: number;
}

/** What the platform can express: the server's own table, as far as the inbox shows it. */
export interface Capabilities {
  text_limit: number;
  text_unit: 'characters' | 'utf16' | 'bytes' | 'graphemes';
  media: Record<string, MediaRule>;
  has_templates: boolean;
  has_typing: boolean;
  can_react: boolean;
  reaction_emojis: string[] | null;
  can_quote: boolean;
  quick_replies_limit: number;
  quick_reply_title_limit: number;
  quick_reply_title_unit: Capabilities['text_unit'];
  buttons_limit: number;
  button_title_limit: number;
  button_types: string[];
  button_text_limit: number;
  list_rows_limit: number;
}

export function useCapabilities(channelId: string): Capabilities | undefined {
  return useQuery({
    queryKey: keys.capabilities(channelId),
    queryFn: async () => {
      const params = { path: { channel_id: channelId } };
      const answer: unknown = await unwrap(api.GET('/api/v1/channels/{channel_id}/capabilities', { params }));
      return answer as Capabilities;
    },
  }).data;
}

/** How long a text is as the platform counts. */
export function lengthOf(text: string, unit: Capabilities['text_unit']): number {
  if (unit === 'bytes') return new TextEncoder().encode(text).length;
  if (unit === 'utf16') return text.length;
  if (unit === 'graphemes') return [...new Intl.Segmenter().segment(text)].length;
  return [...text].length;
}

/** Which kind of media a file is for the platform; undefined when it takes no such file. */
export function kindOf(type: string, size: number, capabilities: Capabilities): Refusal | Fit {
  const [family] = type.split('/');
  const wanted = family === 'image' || family === 'video' || family === 'audio' ? family : 'file';
  const fits = (kind: string) => {
    const rule = capabilities.media[kind];
    return rule && (rule.mime_types.length === 0 || rule.mime_types.some((mime) => covers(mime, type)))
      ? rule
      : undefined;
  };
  for (const kind of [wanted, 'file'] as const) {
    const rule = fits(kind);
    if (!rule) continue;
    return size <= rule.max_bytes ? { kind } : { reason: 'size', limit: rule.max_bytes };
  }
  return { reason: 'type' };
}

export type Fit = { kind: 'image' | 'video' | 'audio' | 'file' };
export type Refusal = { reason: 'type' } | { reason: 'size'; limit: number };

function covers(mime: string, type: string): boolean {
  return mime === '*/*' || mime === type || (mime.endsWith('/*') && type.startsWith(mime.slice(0, -1)));
}
