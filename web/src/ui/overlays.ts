import { makeStore } from './store';

/** What lies over the screen is loaded when somebody first asks for it. */
export const isPaletteOpen = makeStore(false);
export const isKeySheetOpen = makeStore(false);

export const openPalette = () => isPaletteOpen.set(true);
export const openKeySheet = () => isKeySheetOpen.set(true);

/** Something that cannot be taken back: asked first. */
export interface Question {
  /** What is to be done, as the dialog and its button call it. */
  title: string;
  text: string;
  answer: (isSure: boolean) => void;
}

export const asked = makeStore<Question | undefined>(undefined);

export function ask(title: string, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (isSure: boolean) => {
      asked.set(undefined);
      resolve(isSure);
    };
    asked.set({ title, text, answer });
  });
}
