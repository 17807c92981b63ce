import type { Capabilities } from './capabilities';

/** How a voice message is recorded here, and as what it is sent. */
export interface Way {
  /** What the recorder is asked for; undefined: whatever it likes, for it is written anew. */
  recorded: string | undefined;
  mime: 'audio/mp4' | 'audio/ogg' | 'audio/wav';
  ending: string;
}

const WAYS: readonly Way[] = [
  { recorded: 'audio/mp4;codecs=mp4a.40.2', mime: 'audio/mp4', ending: 'm4a' },
  { recorded: 'audio/ogg;codecs=opus', mime: 'audio/ogg', ending: 'ogg' },
  { recorded: undefined, mime: 'audio/wav', ending: 'wav' },
];

/** The first way that this browser can and the platform takes; undefined: there is none. */
export function voiceWay(capabilities: Capabilities, canRecord: (mime: string) => boolean): Way | undefined {
  const taken = capabilities.media.audio?.mime_types ?? [];
  return WAYS.find(({ mime, recorded }) => taken.includes(mime) && (recorded === undefined || canRecord(recorded)));
}

export function canRecord(mime: string): boolean {
  return typeof MediaRecorder !== 'undefined' && MediaRecorder.isTypeSupported(mime);
}

/** Whether there can be a microphone at all: only pages that came safely have one. */
export function hasMicrophone(): boolean {
  return typeof MediaRecorder !== 'undefined' && navigator.mediaDevices?.getUserMedia !== undefined;
}
