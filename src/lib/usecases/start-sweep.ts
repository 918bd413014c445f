import type { Clock, Queues } from '../domain/ports.ts';
import { sweepIdAt } from '../domain/sweep-record.ts';
import { askSweep } from './ask-sweep.ts';

export interface StartSweepDeps {
  readonly queues: Queues;
  readonly clock: Clock;
}

export type StartSweep = () => Promise<string>;

/**
 * Puts one request for a sweep on the queue and gives its id, made from the instant it was asked for. Asked for twice, the
 * second sweep meets the first one's lease and is recorded as skipped.
 */
export function makeStartSweep({ queues, clock }: StartSweepDeps): StartSweep {
  return async () => {
    const at = clock();
    const sweepId = sweepIdAt(at);
    await askSweep(queues, { do: 'start', sweepId, at: at.toISOString(), attempt: 0, hop: 0 });
    return sweepId;
  };
}
