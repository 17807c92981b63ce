import { DirectionProvider } from '@mantine/core';
import type { ReactNode } from 'react';

/** Left to right or right to left, for menus and drawers. The page's own `dir` is set with the language. */
export function Direction({ isRightToLeft, children }: { isRightToLeft: boolean; children: ReactNode }) {
  return (
    <DirectionProvider initialDirection={isRightToLeft ? 'rtl' : 'ltr'} detectDirection={false}>
      {children}
    </DirectionProvider>
  );
}
