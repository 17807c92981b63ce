import { useCallback, useEffect, useRef, useState } from 'react';
import { t } from '@/i18n';
import { showToast } from '@/ui/toasts';
import type { Way } from './voice';

const LONGEST_MS = 5 * 60_000;
const TICK_MS = 250;

interface Recording {
  recorder: MediaRecorder;
  stream: MediaStream;
  startedAt: number;
  isWanted: boolean;
}

/** Records what is said; what is kept comes back as a file with its length. */
export function useVoice(onKept: (file: File, durationMs: number) => void) {
  const [elapsed, setElapsed] = useState<number>();
  const current = useRef<Recording>(undefined);
  const keep = useRef(onKept);
  keep.current = onKept;
  const end = useCallback((isWanted: boolean) => {
    const recording = current.current;
    if (!recording || recording.recorder.state === 'inactive') return;
    recording.isWanted = isWanted;
    recording.recorder.stop();
    setElapsed(undefined);
  }, []);
  const start = useCallback(async (way: Way) => {
    if (current.current) return;
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    } catch {
      showToast(t('inbox.voice.noMicrophone'));
      return;
    }
    const recording = record(stream, way, (file, length) => keep.current(file, length));
    recording.recorder.addEventListener('stop', () => {
      current.current = undefined;
    });
    current.current = recording;
    setElapsed(0);
  }, []);
  const isRecording = elapsed !== undefined;
  useEffect(() => {
    if (!isRecording) return undefined;
    const timer = setInterval(() => {
      const past = Date.now() - (current.current?.startedAt ?? Date.now());
      setElapsed(past);
      if (past >= LONGEST_MS) end(true);
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [isRecording, end]);
  useEffect(() => () => end(false), [end]);
  return { elapsed, start, stop: () => end(true), cancel: () => end(false) };
}

function record(stream: MediaStream, way: Way, onKept: (file: File, durationMs: number) => void): Recording {
  const recorder = new MediaRecorder(stream, way.recorded ? { mimeType: way.recorded } : {});
  const recording: Recording = { recorder, stream, startedAt: Date.now(), isWanted: false };
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', (event) => parts.push(event.data));
  recorder.addEventListener('stop', () => {
    for (const track of stream.getTracks()) track.stop();
    if (!recording.isWanted) return;
    const length = Date.now() - recording.startedAt;
    const recorded = new Blob(parts, { type: recorder.mimeType });
    const made = import('./recording').then(({ fileOf }) => fileOf(recorded, way));
    made.then(
      (file) => onKept(file, length),
      () => showToast(t('inbox.voice.failed')),
    );
  });
  recorder.start();
  return recording;
}
