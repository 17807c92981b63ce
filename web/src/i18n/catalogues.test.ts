import { expect, test } from 'vitest';
import { LANGUAGES } from '.';

const files = import.meta.glob<Record<string, string>>('./*/*.json', { eager: true, import: 'default' });
const FORM = /_(zero|one|two|few|many|other)$/;

const features = Object.keys(files)
  .filter((path) => path.startsWith('./en/'))
  .map((path) => path.slice('./en/'.length));

function words(path: string): Set<string> {
  return new Set(Object.keys(files[path] ?? {}).map((key) => key.replace(FORM, '')));
}

function blanks(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map((found) => found[0]).sort();
}

for (const language of Object.keys(LANGUAGES)) {
  for (const feature of features) {
    test(`${language} has every word of ${feature}, and no other`, () => {
      expect([...words(`./${language}/${feature}`)].sort()).toEqual([...words(`./en/${feature}`)].sort());
    });

    test(`${language} has every form that its counts need in ${feature}`, () => {
      const catalogue = files[`./${language}/${feature}`] ?? {};
      const counted = Object.keys(catalogue).filter((key) => FORM.test(key));
      const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const word of new Set(counted.map((key) => key.replace(FORM, '')))) {
        for (const form of needed) expect(Object.keys(catalogue)).toContain(`${word}_${form}`);
      }
    });

    test(`${language} fills the same blanks as English in ${feature}`, () => {
      const english = files[`./en/${feature}`] ?? {};
      for (const [key, text] of Object.entries(files[`./${language}/${feature}`] ?? {})) {
        if (FORM.test(key)) continue;
        expect([key, blanks(text)]).toEqual([key, blanks(english[key] ?? '')]);
      }
    });
  }
}
