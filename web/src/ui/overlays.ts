import { makeStore } from './store';

/** What lies over the screen is loaded when somebody first asks for it. */
export const isPaletteOpen = makeStore(false);
export const isKeySheetOpen = makeStore(false);

export const openPalette = () => isPaletteOpen.set(true);
export const openKeySheet = () => isKeySheetOpen.set(true);
