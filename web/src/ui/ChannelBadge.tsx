import { IconBrandInstagram, IconBrandLine, IconBrandMessenger, IconBrandWhatsapp } from '@tabler/icons-react';
import type { Schemas } from '@/api/client';
import classes from './channelbadge.module.css';

export type Platform = Schemas['Channel']['platform'];

export const PLATFORM_NAMES: Record<Platform, string> = {
  facebook: 'Messenger',
  instagram: 'Instagram',
  whatsapp: 'WhatsApp',
  line: 'LINE',
};

const ICONS = {
  facebook: IconBrandMessenger,
  instagram: IconBrandInstagram,
  whatsapp: IconBrandWhatsapp,
  line: IconBrandLine,
};

/** Where it comes from, as a small disc in the platform's colour. */
export function ChannelBadge({
  platform,
  size = 16,
  className = '',
}: {
  platform: Platform;
  size?: number;
  className?: string;
}) {
  const Icon = ICONS[platform];
  return (
    <span
      className={`${classes.badge} ${className}`}
      data-platform={platform}
      style={{ width: size, height: size }}
      role="img"
      aria-label={PLATFORM_NAMES[platform]}
    >
      <Icon size={size * 0.72} stroke={2.2} aria-hidden />
    </span>
  );
}
