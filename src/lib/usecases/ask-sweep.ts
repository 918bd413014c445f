import type { Queues } from '../domain/ports.ts';
import { sweepMessageId, type SweepRequest } from '../domain/sweep.ts';

/** Puts a request on `sweeps`, now or at a time, under the id that folds duplicates. */
export async function askSweep(queues: Queues, request: SweepRequest, at?: Date): Promise<void> {
  await queues.send('sweeps', {
    messageId: sweepMessageId(request),
    body: new TextEncoder().encode(JSON.stringify(request)),
    ...(at ? { at } : {}),
  });
}
