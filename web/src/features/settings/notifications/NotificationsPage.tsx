import { t } from '@/i18n';
import { Page } from '../parts';
import { Choices } from './Choices';
import { Devices } from './Devices';

/** Where somebody is told that something is for them. */
export function NotificationsPage() {
  return (
    <Page title={t('notifications.title')} help={t('notifications.help')}>
      <Devices />
      <Choices />
    </Page>
  );
}
