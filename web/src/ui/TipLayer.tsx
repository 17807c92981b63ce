import { lazy, Suspense, useEffect, useState } from 'react';
import { hoveredTip, type Shown } from './tips';

const Tip = lazy(() => import('./Tip'));

/** Shows what `data-tip` says while the pointer rests on its element: one for the whole page, not one for each button. */
export function TipLayer() {
  const [shown, setShown] = useState<Shown>();
  useEffect(() => hoveredTip(setShown), []);
  return (
    shown && (
      <Suspense>
        <Tip {...shown} />
      </Suspense>
    )
  );
}
