import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { t } from '@/i18n';
import classes from './states.module.css';
import { sentenceOf } from './toasts';

interface EmptyProps {
  icon?: ReactNode;
  title: string;
  /** Nothing else stands on the page: the title is its heading. */
  isPage?: boolean;
  children?: ReactNode;
}

/** Why there is nothing here, and what to do about it. */
export function Empty({ icon, title, isPage = false, children }: EmptyProps) {
  const Title = isPage ? 'h1' : 'p';
  return (
    <div className={classes.state}>
      {icon && <div className={classes.icon}>{icon}</div>}
      <Title className={classes.title}>{title}</Title>
      {children && <div className={classes.text}>{children}</div>}
    </div>
  );
}

/** What went wrong, in a sentence, with a way out. */
export function Failure({ problem, onRetry }: { problem: unknown; onRetry?: () => void }) {
  return (
    <div className={classes.state} role="alert">
      <div className={classes.icon}>
        <IconAlertTriangle size={28} aria-hidden />
      </div>
      <p className={classes.title} dir="auto">
        {sentenceOf(problem)}
      </p>
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          {t('shell.retry')}
        </Button>
      )}
    </div>
  );
}

const PATIENCE_MS = 150;

/** Grey bars in the shape of what comes; what is fast shows none. */
export function Skeletons({ count, height, gap = 0 }: { count: number; height: number; gap?: number }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  return (
    <div aria-busy="true" role="status" aria-label={t('shell.loading')} style={{ display: 'grid', gap }}>
      {Array.from({ length: count }, (_, place) => (
        <div key={place} className={classes.skeleton} style={{ height }}>
          <span className={classes.disc} />
          <span className={classes.bars} />
        </div>
      ))}
    </div>
  );
}
