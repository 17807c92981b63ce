import { useComputedColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { meQuery, useMe } from '@/api/queries';
import { LANGUAGES, type Language, setLanguage, useLanguage } from '@/i18n';
import { onScreenEvents } from '@/realtime/refresh';
import { isConnected } from '@/realtime/socket';
import { makeStoredStore } from '@/ui/store';
import { begin, sendWords } from './registration';
import { useUnreadBadge } from './unread';
import { useLater } from './useLater';

/** The language that the person chose in their profile, as far as this browser has heard of it. */
export const heardLanguage = makeStoredStore('hubbub.profile-language', '');
let isBegun = false;

/** What makes the page an app: it is kept for later, tells what is new, and knows who works here. */
export function useInstalled(): void {
  useUnreadBadge();
  useServiceWorker();
  useNotices();
  useProfileLanguage();
  useFreshPerson();
  useThemeColour();
}

function useServiceWorker(): void {
  const router = useRouter();
  const queries = useQueryClient();
  const language = useLanguage();
  const isTime = useLater();
  useEffect(() => {
    if (!isTime || isBegun) return;
    isBegun = true;
    void begin((path) => router.history.push(path));
    const me = queries.getQueryData(meQuery.queryKey);
    if (me) void import('./push').then(({ keepSubscribed }) => keepSubscribed(me)).catch(() => undefined);
  }, [isTime, router, queries]);
  useEffect(() => {
    if (isBegun && language) void sendWords();
  }, [language]);
}

function useNotices(): void {
  const router = useRouter();
  const me = useMe().user?.id;
  useEffect(() => {
    if (!me) return undefined;
    return onScreenEvents((events) => {
      for (const event of events) {
        if (event.kind === 'notification.created') {
          const go = (path: string) => router.history.push(path);
          void import('./notices').then(({ tellOnScreen }) => tellOnScreen(event, me, go)).catch(() => undefined);
        }
      }
    });
  }, [me, router]);
}

/** A choice in the profile, made on whatever device, holds here too; what is chosen here afterwards stays. */
function useProfileLanguage(): void {
  const chosen = useMe().user?.language ?? '';
  useEffect(() => {
    if (chosen === heardLanguage.get()) return;
    heardLanguage.set(chosen);
    const language = chosen.split('-')[0]!;
    if (language in LANGUAGES) void setLanguage(language as Language);
  }, [chosen]);
}

/** What was kept of the person gives way to what the server says, once it is there again. */
function useFreshPerson(): void {
  const queries = useQueryClient();
  const isKept = useMe().csrf_token === '';
  useEffect(() => {
    if (!isKept) return undefined;
    const ask = () => {
      if (isConnected.get()) void queries.invalidateQueries({ queryKey: meQuery.queryKey });
    };
    ask();
    return isConnected.listen(ask);
  }, [isKept, queries]);
}

/** The bar of an installed app's window has the colour of the rail, also when the person chose the other scheme. */
function useThemeColour(): void {
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--rail-ground').trim();
    for (const tag of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
      if (colour && scheme) tag.content = colour;
    }
  }, [scheme]);
}
