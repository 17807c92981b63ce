import { Popover } from '@mantine/core';
import { IconMoodSmile } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { t } from '@/i18n';
import { IconButton } from '@/ui/IconButton';
import { Anchor, useLazily } from '@/ui/lazily';
import classes from './emoji.module.css';

const EMOJIS = [
  ...'😀😄😁😅😂🙂😉😊😍🥰😘😋😎🤗🤔😐😴😢😭😤😡🥳🤩😇🙃😬🙄😮',
  ...'👍👎👌🙏👏🙌💪👋🤝🤞',
  ...'🎉🎁🔥⭐✅❌❗❓💡📦🚚🕒📅📍💳🛒🍀☕🌞🌧',
  '❤️',
  '✌️',
  '⚠️',
  '✉️',
  '☎️',
];

export function EmojiButton({ onChoose }: { onChoose: (emoji: string) => void }) {
  const [isWanted, setWanted] = useState(false);
  const { isThere, isOpen } = useLazily(isWanted);
  const button = useRef<HTMLButtonElement>(null);
  const choose = (emoji: string) => {
    setWanted(false);
    onChoose(emoji);
  };
  return (
    <>
      <IconButton
        ref={button}
        label={t('inbox.do.emoji')}
        aria-haspopup="dialog"
        aria-expanded={isWanted}
        onClick={() => setWanted(!isWanted)}
      >
        <IconMoodSmile size={18} aria-hidden />
      </IconButton>
      {isThere && (
        <Popover opened={isOpen} onChange={setWanted} position="top-start" trapFocus>
          <Popover.Target>
            <Anchor of={button} />
          </Popover.Target>
          <Popover.Dropdown p={6} aria-labelledby={undefined} aria-label={t('inbox.do.emoji')}>
            <Grid onChoose={choose} />
          </Popover.Dropdown>
        </Popover>
      )}
    </>
  );
}

function Grid({ onChoose }: { onChoose: (emoji: string) => void }) {
  return (
    <div className={classes.grid}>
      {EMOJIS.map((emoji) => (
        <button key={emoji} type="button" aria-label={emoji} onClick={() => onChoose(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}
