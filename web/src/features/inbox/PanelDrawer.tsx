import { Drawer } from '@mantine/core';
import { t } from '@/i18n';
import classes from './conversation.module.css';
import type { Conversation } from './lists';
import { Panel } from './panel/Panel';

interface Props {
  conversation: Conversation;
  isOpen: boolean;
  onClose: () => void;
}

/** The cards about the customer, where there is no room beside the thread. */
export default function PanelDrawer({ conversation, isOpen, onClose }: Props) {
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      position={document.documentElement.dir === 'rtl' ? 'left' : 'right'}
      size={360}
      title={t('inbox.details')}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
      classNames={{ header: classes.drawerHeader, body: classes.drawerBody }}
    >
      <Panel conversation={conversation} />
    </Drawer>
  );
}
