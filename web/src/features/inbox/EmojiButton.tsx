import { ActionIcon, Popover } from '@mantine/core';
import { IconMoodSmile } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '@/i18n';
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
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="top-start" trapFocus>
      <Popover.Target>
        <ActionIcon aria-label={t('inbox.do.emoji')} onClick={() => setOpen(!isOpen)}>
          <IconMoodSmile size={18} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={6}>
        <div className={classes.grid}>
          {EMOJIS.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={emoji}
              onClick={() => {
                setOpen(false);
                onChoose(emoji);
              }}
            >
              {emoji}
            </button>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
