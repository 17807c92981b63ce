import { type Ref, type RefObject, useImperativeHandle, useLayoutEffect, useState } from 'react';

/**
 * For what lies over the page and is seldom opened: nothing of it is in the page before the first time.
 * `isThere`: to be rendered at all. `isOpen`: to be shown; a step later the first time, so that it has seen itself
 * closed and knows where the focus goes back to.
 */
export function useLazily(isWanted: boolean): { isThere: boolean; isOpen: boolean } {
  const [wasWanted, setWasWanted] = useState(false);
  useLayoutEffect(() => {
    if (isWanted) setWasWanted(true);
  }, [isWanted]);
  return { isThere: isWanted || wasWanted, isOpen: isWanted && wasWanted };
}

/** Stands where Mantine wants the target as a child: the button itself is somewhere else and stays as it is. */
export function Anchor({ of, ref }: { of: RefObject<HTMLElement | null>; ref?: Ref<HTMLElement | null> }) {
  useImperativeHandle<HTMLElement | null, HTMLElement | null>(ref, () => of.current, [of]);
  return null;
}
