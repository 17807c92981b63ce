import { makeStore } from '@/ui/store';

/** The picture that lies over everything else, among those that came with it. */
export const shownPicture = makeStore<{ addresses: string[]; place: number } | undefined>(undefined);

export function showPicture(addresses: string[], place: number): void {
  shownPicture.set({ addresses, place });
}
