import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Link, Outlet } from '@tanstack/react-router';
import { t } from '@/i18n';
import { Announcer } from '@/ui/announcer';
import { Empty, Failure } from '@/ui/states';
import { Toasts } from '@/ui/toasts';

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Root,
  notFoundComponent: () => (
    <main>
      <Empty title={t('shell.notFound')} isPage>
        <Link to="/inbox">{t('shell.toInbox')}</Link>
      </Empty>
    </main>
  ),
  errorComponent: ({ error, reset }) => <Failure problem={error} onRetry={reset} />,
});

function Root() {
  return (
    <>
      <Outlet />
      <Toasts />
      <Announcer />
    </>
  );
}
