import { memo, useState } from 'react';
import classes from './avatar.module.css';
import { ChannelBadge, type Platform } from './ChannelBadge';

interface Props {
  name: string;
  url?: string | null;
  platform?: Platform;
  size?: number;
}

/**
 * A person's picture, or initials on a colour that is always the same for the name: also while the picture cannot be had.
 * The initials are no text to be read.
 */
export const Avatar = memo(function Avatar({ name, url, platform, size = 36 }: Props) {
  const hue = hueOf(name);
  const [failed, setFailed] = useState<string>();
  return (
    <span className={classes.avatar} style={{ width: size, height: size, fontSize: size * 0.38 }} aria-hidden>
      {url && url !== failed ? (
        <img
          className={classes.picture}
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setFailed(url)}
        />
      ) : (
        <span className={classes.initials} data-hue={hue} data-initials={initials(name)} />
      )}
      {platform && <ChannelBadge platform={platform} className={classes.badge} />}
    </span>
  );
});

function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const isLatin = /^\p{Script=Latin}/u.test(name.trim());
  const shown = isLatin && words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return shown
    .map((word) => [...(word ?? '?')][0])
    .join('')
    .toLocaleUpperCase();
}

function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) % 9973;
  return sum % 8;
}
