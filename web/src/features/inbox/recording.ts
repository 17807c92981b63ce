import type { Way } from './voice';

const RATE = 16_000;

/** The recording as a file that the platform takes. */
export async function fileOf(recording: Blob, way: Way): Promise<File> {
  const content = way.mime === 'audio/wav' ? await asWav(recording) : recording;
  return new File([content], `voice.${way.ending}`, { type: way.mime });
}

async function asWav(recording: Blob): Promise<ArrayBuffer> {
  const heard = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await recording.arrayBuffer());
  const tracks = Array.from({ length: heard.numberOfChannels }, (_, place) => heard.getChannelData(place));
  return encodeWav(tracks, RATE);
}

/** Sixteen bits, one channel. https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html */
export function encodeWav(tracks: readonly Float32Array[], rate: number): ArrayBuffer {
  const length = tracks[0]?.length ?? 0;
  const file = new ArrayBuffer(44 + length * 2);
  const view = new DataView(file);
  const word = (place: number, text: string) =>
    [...text].forEach((letter, offset) => void view.setUint8(place + offset, letter.charCodeAt(0)));
  word(0, 'RIFF');
  view.setUint32(4, 36 + length * 2, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, length * 2, true);
  for (let place = 0; place < length; place += 1) {
    const mixed = tracks.reduce((sum, track) => sum + track[place]!, 0) / tracks.length;
    view.setInt16(44 + place * 2, Math.round(Math.max(-1, Math.min(1, mixed)) * 0x7fff), true);
  }
  return file;
}
