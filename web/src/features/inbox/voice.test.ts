import { expect, test } from 'vitest';
import type { Capabilities } from './capabilities';
import { encodeWav } from './recording';
import { voiceWay } from './voice';

const taking = (...mime_types: string[]) => ({ media: { audio: { mime_types } } }) as unknown as Capabilities;

test('a platform gets a format that it takes and the browser can', () => {
  const all = () => true;
  const none = () => false;
  expect(voiceWay(taking('audio/mp4', 'audio/ogg', 'audio/wav'), all)?.mime).toBe('audio/mp4');
  expect(voiceWay(taking('audio/mp4', 'audio/ogg'), (mime) => mime.startsWith('audio/ogg'))?.mime).toBe('audio/ogg');
  expect(voiceWay(taking('audio/mp4', 'audio/wav'), none)?.mime).toBe('audio/wav');
  expect(voiceWay(taking('audio/mp4', 'audio/ogg'), none)).toBeUndefined();
  expect(voiceWay({ media: {} } as Capabilities, all)).toBeUndefined();
});

test('a recording is written with one channel of sixteen bits', () => {
  const file = new DataView(encodeWav([Float32Array.of(0, 1, -1), Float32Array.of(0, 1, 1)], 16_000));
  const text = (place: number) => String.fromCharCode(...new Uint8Array(file.buffer, place, 4));
  expect([text(0), text(8), text(12), text(36)]).toEqual(['RIFF', 'WAVE', 'fmt ', 'data']);
  expect([file.getUint32(4, true), file.getUint16(22, true), file.getUint32(24, true)]).toEqual([42, 1, 16_000]);
  expect([file.getUint32(40, true), file.byteLength]).toEqual([6, 50]);
  expect([0, 1, 2].map((place) => file.getInt16(44 + place * 2, true))).toEqual([0, 32_767, 0]);
});
