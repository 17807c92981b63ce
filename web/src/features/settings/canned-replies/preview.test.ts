import { expect, test } from 'vitest';
import { previewOf, SAMPLE } from './preview';

test('variables are filled, with a word for what is not known', () => {
  const text =
    'Hi {{contact.first_name|there}}, {{ agent.name }} here. {{contact.city|your town}} {{contact.shoe_size}}';
  expect(previewOf(text, { ...SAMPLE, 'agent.name': 'Anna' })).toBe(
    'Hi Mali, Anna here. your town {{contact.shoe_size}}',
  );
});
