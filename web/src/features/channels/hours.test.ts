import { expect, test } from 'vitest';
import { isRight, moreOf, readHours, usualHours, writeHours } from './hours';

test('hours come back as they were read, and closed days are not named', () => {
  const kept = { time_zone: 'Asia/Bangkok', days: { mon: [['09:00', '12:00']], tue: [] } };
  expect(writeHours(readHours(kept))).toEqual({ time_zone: 'Asia/Bangkok', days: { mon: [['09:00', '12:00']] } });
});

test('the usual week is right, an empty one and an end before its beginning are not', () => {
  const usual = usualHours();
  expect(isRight(usual)).toBe(true);
  expect(isRight(readHours({}))).toBe(false);
  expect(isRight({ ...usual, days: { ...usual.days, sat: [['18:00', '09:00']] } })).toBe(false);
});

test('another span begins where the last one ends', () => {
  expect(moreOf([])).toEqual([['09:00', '18:00']]);
  expect(moreOf([['09:00', '12:00']])).toEqual([
    ['09:00', '12:00'],
    ['12:00', '23:00'],
  ]);
});
