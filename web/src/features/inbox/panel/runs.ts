import type { Schemas } from '@/api/client';

export type Run = Schemas['FlowRun'];
export type RunState = 'paused' | 'waiting' | 'delayed' | 'asking';

/** What a flow is doing here. A person who answers holds it, whatever it was doing before. */
export function stateOf(run: Run, handover: Schemas['Conversation']['handover']): RunState {
  if (run.status === 'handed_over' || handover === 'human') return 'paused';
  if (run.status === 'delayed') return 'delayed';
  return run.status === 'asking_http' ? 'asking' : 'waiting';
}

/** "ask_size" → "ask size": steps are named for programs. */
export function stepName(step: string): string {
  return step.replace(/[_-]+/g, ' ').trim();
}
