import { type Key, translated } from '@/i18n';
import type { Platform } from './api';

/** What a customer of a platform can do there; the sandbox's list of actions has more. */
export interface Skin {
  label: string;
  /** Reactions on the business's messages; LINE has none that a bot hears of. */
  reactions: string[];
  attachments: { type: string; accept?: string; label: Key }[];
  actions: { action: string; label: Key; content?: Record<string, unknown> }[];
  canEdit: boolean;
}

const PICTURE = { type: 'image', accept: 'image/*', label: 'sandbox.image' } as const;
const STICKER = { type: 'sticker', label: 'sandbox.sticker' } as const;
const PLACE = { type: 'location', label: 'sandbox.location' } as const;
const AUDIO = { type: 'audio', accept: 'audio/*', label: 'sandbox.audio' } as const;
const VIDEO = { type: 'video', accept: 'video/*', label: 'sandbox.video' } as const;
const READ = { action: 'read', label: 'sandbox.read' } as const;

export const SKINS: Record<Platform, Skin> = {
  facebook: {
    label: 'Messenger',
    reactions: ['❤', '😆', '😮', '😢', '😠', '👍'],
    attachments: [PICTURE, VIDEO, AUDIO, { type: 'file', accept: '*', label: 'sandbox.file' }, STICKER, PLACE],
    actions: [
      { action: 'postback', label: 'sandbox.get_started', content: { payload: 'GET_STARTED', title: 'Get Started' } },
      { action: 'referral', label: 'sandbox.referral', content: { ref: 'spring' } },
      { action: 'comment', label: 'sandbox.comment', content: { text: 'How much is it?' } },
      READ,
    ],
    canEdit: true,
  },
  instagram: {
    label: 'Instagram',
    reactions: ['❤', '😂', '😮', '😢', '😡', '👍'],
    attachments: [PICTURE, VIDEO, AUDIO, { type: 'share', label: 'sandbox.share' }],
    actions: [
      { action: 'story_mention', label: 'sandbox.story_mention' },
      { action: 'story_reply', label: 'sandbox.story_reply', content: { text: 'Beautiful!' } },
      { action: 'comment', label: 'sandbox.comment', content: { text: 'How much is it?' } },
      READ,
    ],
    canEdit: true,
  },
  whatsapp: {
    label: 'WhatsApp',
    reactions: ['👍', '❤️', '😂', '😮', '😢', '🙏'],
    attachments: [
      PICTURE,
      VIDEO,
      AUDIO,
      { type: 'document', accept: '*', label: 'sandbox.file' },
      STICKER,
      PLACE,
      { type: 'contacts', label: 'sandbox.contacts' },
      { type: 'order', label: 'sandbox.order' },
    ],
    actions: [READ, { action: 'stop_marketing', label: 'sandbox.stop_marketing' }],
    canEdit: false,
  },
  line: {
    label: 'LINE',
    reactions: [],
    attachments: [PICTURE, VIDEO, AUDIO, { type: 'file', accept: '*', label: 'sandbox.file' }, STICKER, PLACE],
    actions: [
      { action: 'follow', label: 'sandbox.follow' },
      { action: 'unfollow', label: 'sandbox.unfollow' },
      { action: 'beacon', label: 'sandbox.beacon' },
    ],
    canEdit: false,
  },
};

/** What can go wrong between the hub and a platform; the sandbox does it to the next calls. */
export const FAULTS = [
  { fault: '429', label: 'sandbox.fault_429' },
  { fault: '500', label: 'sandbox.fault_500' },
  { fault: 'slow:5', label: 'sandbox.fault_slow' },
  { fault: 'answer_lost', label: 'sandbox.fault_answer_lost' },
  { fault: 'refuse_before', label: 'sandbox.fault_refuse' },
  { fault: 'token_revoked', label: 'sandbox.fault_token' },
  { fault: 'echo_late:5', label: 'sandbox.fault_echo_late' },
  { fault: 'duplicate_webhook', label: 'sandbox.fault_duplicate' },
  { fault: 'status_out_of_order', label: 'sandbox.fault_out_of_order' },
] as const;

/** What a message is that has no words. */
export const kindName = (type: string) => translated(`sandbox.kind.${type}`, type);

/** How far what a customer said has got. */
export const statusName = (status: string) => translated(`sandbox.status.${status}`, status);
