import type { Clock, Queues } from '../domain/ports.ts';
import type { SweepRequest } from '../domain/sweep.ts';

export interface StartSweepDeps {
  readonly queues: Queues;
  readonly clock: Clock;
}

export type StartSweep = () => Promise<string>;

/**
 * Puts one request for a sweep on the queue and gives its id. The id is the second it was asked for, so that a timer
 * that fires twice asks once; what comes later meets the lease.
 */
export function makeStartSweep({ queues, clock }: StartSweepDeps): StartSweep {
  return async () => {
    const at = clock().toISOString();
    const sweepId = `sweep-${at.slice(0, 19).replace(/[^0-9]/g, '')}`;
    const request: SweepRequest = { do: 'start', sweepId, at, hop: 0 };
    await queues.send('sweeps', {
      messageId: `${sweepId}~start`,
      body: new TextEncoder().encode(JSON.stringify(request)),
    });
    return sweepId;
  };
}
