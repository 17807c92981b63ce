import '@fontsource-variable/inter';
import '@mantine/core/styles.css';
import '@mantine/spotlight/styles.css';
import './ui/tokens.css';
import { DEFAULT_THEME, MantineProvider, mergeMantineTheme } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries';
import { LANGUAGES, preferredLanguage, setLanguage, useLanguage } from './i18n';
import { routeTree } from './routeTree.gen';
import { cssVariablesResolver, theme } from './theme';
import { adoptVariables } from './ui/contentPolicy';
import { Direction } from './ui/Direction';

const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

// An open tab asks for the files of the version it began with; after an upgrade these are gone.
window.addEventListener('vite:preloadError', () => window.location.reload());

function App() {
  const language = useLanguage();
  return (
    <Direction key={language} isRightToLeft={LANGUAGES[language].isRightToLeft}>
      <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </Direction>
  );
}

adoptVariables(mergeMantineTheme(DEFAULT_THEME, theme), cssVariablesResolver);
void setLanguage(preferredLanguage())
  .catch(() => setLanguage('en'))
  .then(() => {
    createRoot(document.getElementById('root')!).render(
      <StrictMode>
        <App />
      </StrictMode>,
    );
  });
