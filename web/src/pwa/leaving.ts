import { forgetPerson } from './person';
import { turnOff } from './push';
import { tell } from './registration';
import { setAppBadge } from './unread';

const PATIENCE_MS = 2500;

/** Before somebody signs out: nothing of them is pushed here any more, shown, or known without a network. */
export async function leave(): Promise<void> {
  forgetPerson();
  const all = Promise.allSettled([turnOff(), tell({ kind: 'forget' }), setAppBadge(0)]);
  await Promise.race([all, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
}
