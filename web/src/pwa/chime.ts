const NOTES = [880, 1174.7];
const NOTE_S = 0.16;
const SOFT = 0.08;

let context: AudioContext | undefined;

/** Two soft notes, made here. Silent until the person has clicked or typed something: browsers want that. */
export function chime(): void {
  try {
    context ??= new AudioContext();
    const sound = context;
    void sound.resume().then(() => {
      for (const [place, pitch] of NOTES.entries()) play(sound, pitch, place * NOTE_S);
    });
  } catch {
    // No sound here.
  }
}

function play(sound: AudioContext, pitch: number, after: number): void {
  const start = sound.currentTime + after;
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(SOFT, start);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_S * 2);
  tone.connect(volume).connect(sound.destination);
  tone.start(start);
  tone.stop(start + NOTE_S * 2);
}
