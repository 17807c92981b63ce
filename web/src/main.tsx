import '@fontsource-variable/inter';
import '@mantine/core/styles.css';
import './ui/tokens.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries';
import { LANGUAGES, preferredLanguage, setLanguage, useLanguage } from './i18n';
import { routeTree } from './routeTree.gen';
import { cssVariablesResolver, theme } from './theme';
import { Direction } from './ui/Direction';
import { reloadWhenThere } from './ui/reload';

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
window.addEventListener('vite:preloadError', () => void reloadWhenThere());

/** Mantine writes its colours into style tags; our content policy takes only those that carry the page's nonce. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}

function App() {
  const language = useLanguage();
  return (
    <Direction key={language} isRightToLeft={LANGUAGES[language].isRightToLeft}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariablesResolver}
        defaultColorScheme="auto"
        getStyleNonce={styleNonce}
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </Direction>
  );
}

void setLanguage(preferredLanguage())
  .catch(() => setLanguage('en'))
  .then(() => {
    createRoot(document.getElementById('root')!).render(
      <StrictMode>
        <App />
      </StrictMode>,
    );
  });
