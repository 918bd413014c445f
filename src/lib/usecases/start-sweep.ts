import type { Clock, Queues } from '../domain/ports.ts';
import { sweepIdAt } from '../domain/sweep-record.ts';
import type { SweepRequest } from '../domain/sweep.ts';

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
    const request: SweepRequest = { do: 'start', sweepId, at: at.toISOString(), hop: 0 };
    await queues.send('sweeps', {
      messageId: `${sweepId}~start`,
      body: new TextEncoder().encode(JSON.stringify(request)),
    });
    return sweepId;
  };
}
