import { expect, test } from 'vitest';
import { faultOf, hoursOf, keptEnd, shownEnd } from './week';

test('faults of a day are named', () => {
  expect(
    faultOf([
      ['09:00', '12:00'],
      ['13:00', '24:00'],
    ]),
  ).toBeUndefined();
  expect(faultOf([['09:00', '']])).toBe('empty');
  expect(faultOf([['12:00', '09:00']])).toBe('order');
  expect(
    faultOf([
      ['13:00', '18:00'],
      ['09:00', '13:30'],
    ]),
  ).toBe('overlap');
});

test('days that the server does not name are closed', () => {
  const { days } = hoursOf({ time_zone: 'Asia/Bangkok', days: { sat: [['10:00', '24:00']] } });
  expect(days.mon).toEqual([]);
  expect(days.sat).toEqual([['10:00', '24:00']]);
});

test('midnight ends a day', () => {
  expect(shownEnd('24:00')).toBe('00:00');
  expect(keptEnd('00:00')).toBe('24:00');
});
