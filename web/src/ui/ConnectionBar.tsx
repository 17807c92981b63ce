import { IconCloudOff } from '@tabler/icons-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { unsentCount } from '@/features/inbox/outgoing';
import { t } from '@/i18n';
import { isConnected } from '@/realtime/socket';
import classes from './connectionbar.module.css';
import { useStore } from './store';

const PATIENCE_MS = 2500;

/** Shown while nothing arrives by itself; a break of a moment passes unseen. */
export function ConnectionBar() {
  const connected = useStore(isConnected);
  const unsent = useStore(unsentCount);
  const isOnline = useSyncExternalStore(listenToNetwork, () => navigator.onLine);
  const isBroken = useLasting(!isOnline || connected === false);
  if (!isBroken && unsent === 0) return null;
  return (
    <div className={classes.bar} role="status">
      <IconCloudOff size={16} aria-hidden />
      <span>
        {isBroken && (isOnline ? t('shell.reconnecting') : t('shell.offline'))}{' '}
        {unsent > 0 && t('shell.unsent', { count: unsent })}
      </span>
    </div>
  );
}

function useLasting(isTrue: boolean): boolean {
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    if (!isTrue) {
      setLasting(false);
      return undefined;
    }
    const timer = setTimeout(() => setLasting(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isTrue]);
  return isLasting;
}

function listenToNetwork(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}
