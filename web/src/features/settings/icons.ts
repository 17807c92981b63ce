import {
  IconActivity,
  IconBell,
  IconBolt,
  IconBookmark,
  IconClock,
  IconKey,
  IconListCheck,
  IconShieldLock,
  IconTag,
  IconUser,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Section } from './sections';

export const ICONS: Record<Section, ComponentType<{ size: number; 'aria-hidden': true }>> = {
  profile: IconUser,
  notifications: IconBell,
  labels: IconTag,
  'canned-replies': IconBolt,
  views: IconBookmark,
  'working-hours': IconClock,
  'api-keys': IconKey,
  security: IconShieldLock,
  work: IconActivity,
  events: IconListCheck,
};
