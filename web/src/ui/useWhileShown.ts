import { type Dispatch, type SetStateAction, useEffect, useState } from 'react';

/** Is something open? Only while its page is shown: what lay over a page that was left is closed when somebody returns. */
export function useWhileShown(): [boolean, Dispatch<SetStateAction<boolean>>] {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => () => setOpen(false), []);
  return [isOpen, setOpen];
}
