import { useEffect, useState } from 'react';

const LATER_MS = 1500;

/** False until the first screen has had its time: what is not seen at once must not make it wait. */
export function useLater(): boolean {
  const [isTime, setTime] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTime(true), LATER_MS);
    return () => clearTimeout(timer);
  }, []);
  return isTime;
}
