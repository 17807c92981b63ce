import { Button, Switch, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '@/api/keys';
import { t } from '@/i18n';
import { showError, showToast } from '@/ui/toasts';
import type { Channel } from './channels';
import classes from './channels.module.css';
import { changes } from './queries';

/** Switches act at once; the text is saved by its button. */
export function SettingsForm({ channel }: { channel: Channel }) {
  const queries = useQueryClient();
  const [text, setText] = useState(channel.auto_reply_text);
  const save = useMutation({
    mutationFn: (body: Parameters<typeof changes.set>[1]) => changes.set(channel.id, body),
    onSuccess: () => {
      showToast(t('channels.saved'));
      return queries.invalidateQueries({ queryKey: keys.channels });
    },
    onError: showError,
  });
  return (
    <section className={classes.card} aria-label={t('channels.settings')}>
      <h3>{t('channels.settings')}</h3>
      <Switch
        label={t('channels.notifications')}
        checked={channel.is_send_notification}
        onChange={(event) => save.mutate({ is_send_notification: event.target.checked })}
      />
      <Switch
        label={t('channels.autoReply')}
        checked={channel.is_send_auto_reply}
        onChange={(event) => save.mutate({ is_send_auto_reply: event.target.checked })}
      />
      <Textarea
        label={t('channels.autoReplyText')}
        description={t('channels.autoReplyHelp')}
        autosize
        minRows={2}
        maxLength={2000}
        dir="auto"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {text !== channel.auto_reply_text && (
        <Button
          className={classes.save}
          loading={save.isPending}
          onClick={() => save.mutate({ auto_reply_text: text })}
        >
          {t('channels.save')}
        </Button>
      )}
    </section>
  );
}
