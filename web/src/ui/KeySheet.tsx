import { Modal } from '@mantine/core';
import { t } from '@/i18n';
import { type Section, useAllCommands } from './commands';
import { Keys } from './Keys';
import classes from './keysheet.module.css';
import { isKeySheetOpen } from './overlays';
import { useStore } from './store';

const ORDER: Section[] = ['conversation', 'compose', 'list', 'go', 'view', 'help'];

/** What the keys do on this screen. */
export default function KeySheet() {
  const opened = useStore(isKeySheetOpen);
  const commands = useAllCommands().filter((command) => command.keys?.length && command.label);
  return (
    <Modal
      opened={opened}
      onClose={() => isKeySheetOpen.set(false)}
      title={t('shell.keySheet')}
      size="xl"
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className={classes.columns}>
        {ORDER.map((section) => {
          const members = commands.filter((command) => command.section === section);
          if (members.length === 0) return null;
          return (
            <section key={section} className={classes.group}>
              <h3 className={classes.title}>{t(`shell.section.${section}`)}</h3>
              <dl className={classes.list}>
                {members.map((command) => (
                  <div key={command.id} className={classes.row}>
                    <dt>{command.label}</dt>
                    <dd>
                      <Keys keys={command.keys![0]!} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Modal>
  );
}
