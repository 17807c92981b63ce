import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { t } from '@/i18n';
import classes from './splitter.module.css';

interface Props {
  width: number;
  min: number;
  max: number;
  /** The column that it belongs to lies after it. */
  isBefore?: boolean;
  onChange: (width: number) => void;
}

const STEP = 16;

/** Changes a column's width by pointer or arrow keys. */
export function Splitter({ width, min, max, isBefore = false, onChange }: Props) {
  const start = useRef({ x: 0, width: 0 });
  const sign = () => (isBefore ? -1 : 1) * (document.documentElement.dir === 'rtl' ? -1 : 1);
  const change = (wanted: number) => onChange(Math.min(max, Math.max(min, Math.round(wanted))));
  const onDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, width };
  };
  const onMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    change(start.current.width + sign() * (event.clientX - start.current.x));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const direction = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    change(width + sign() * direction * STEP);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule between parts that can be moved is a focusable separator
    <div
      role="separator"
      tabIndex={0}
      className={classes.splitter}
      aria-orientation="vertical"
      aria-label={t('shell.resize')}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={onDown}
      onPointerMove={onMove}
      onKeyDown={onKeyDown}
    />
  );
}
