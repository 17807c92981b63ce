import { Button, Group, Modal, Text } from '@mantine/core';
import { t } from '@/i18n';
import { asked } from './overlays';
import { useStore } from './store';

/** Puts the question of `ask`. */
export default function AskDialog() {
  const question = useStore(asked);
  if (!question) return null;
  const no = () => question.answer(false);
  return (
    <Modal opened onClose={no} title={question.title} closeButtonProps={{ 'aria-label': t('shell.close') }}>
      <Text mb="md">{question.text}</Text>
      <Group justify="end" gap="xs">
        <Button variant="default" data-autofocus onClick={no}>
          {t('shell.cancel')}
        </Button>
        <Button color="red" onClick={() => question.answer(true)}>
          {question.title}
        </Button>
      </Group>
    </Modal>
  );
}
