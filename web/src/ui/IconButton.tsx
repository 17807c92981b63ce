import type { ComponentProps } from 'react';
import classes from './iconbutton.module.css';

interface Props extends Omit<ComponentProps<'button'>, 'type' | 'aria-label'> {
  /** What it does; also shown while the pointer rests on it. */
  label: string;
  isLarge?: boolean;
}

/** A button that is an icon. There are dozens on a screen: it is nothing but its element. */
export function IconButton({ label, isLarge, className, ...others }: Props) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      data-large={isLarge || undefined}
      className={className ? `${classes.button} ${className}` : classes.button}
      {...others}
    />
  );
}
