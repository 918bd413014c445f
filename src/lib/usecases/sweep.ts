import { dispositionOf, Failure, type RetryPolicy } from '../domain/failure.ts';
import type { Log } from '../domain/log.ts';
import type { Clock, Queues } from '../domain/ports.ts';
import { sweepRequest, type SweepRequest } from '../domain/sweep.ts';
import type { SweepRecord } from '../domain/sweep-record.ts';
import { askSweep } from './ask-sweep.ts';
import { park, type Unprocessed } from './park.ts';
import { readRequest } from './read-request.ts';
import type { SweepTenants } from './sweep-tenants.ts';

export interface SweepDeps {
  readonly sweepTenants: SweepTenants;
  readonly queues: Queues;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

export type Sweep = (message: Unprocessed) => Promise<SweepRecord['status'] | 'retried' | 'parked'>;

/**
 * One message from the `sweeps` queue: a step of a sweep. One that fails is sent on as a scheduled copy or parked, by the
 * table of fates, so that a short outage of the tables does not cost a night. Throws only when the queue itself cannot be
 * written, or for a defect: then Service Bus delivers the message again.
 */
export function makeSweep(deps: SweepDeps): Sweep {
  return async (message) => {
    const request = readRequest(message.body, sweepRequest);
    if (!request) {
      await park(deps.queues, message, 'The message is not a request for a sweep.');
      return 'parked';
    }
    try {
      return await deps.sweepTenants(request);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return sendLater(deps, request, message, error);
    }
  };
}

async function sendLater(
  deps: SweepDeps,
  request: SweepRequest,
  message: Unprocessed,
  failure: Failure,
): Promise<'retried' | 'parked'> {
  const { sweepId, do: step, attempt, hop, since = request.at } = request;
  const now = deps.clock();
  const attempts = { attempt, since: new Date(since) };
  const disposition = dispositionOf(failure, attempts, deps.retry, now, deps.random());
  const fields = { sweepId, step, kind: failure.kind, message: failure.message };
  if (disposition.do === 'retry') {
    const counted = disposition.counted ? attempt + 1 : attempt;
    await askSweep(deps.queues, { ...request, hop: hop + 1, attempt: counted }, disposition.at);
    deps.log.warn('sweep.retried', { ...fields, at: disposition.at.toISOString() });
    return 'retried';
  }
  const reason = disposition.do === 'park' ? disposition.reason : failure.message;
  await park(deps.queues, { ...message, attempts: attempt + 1 }, reason);
  deps.log.error('sweep.parked', fields);
  return 'parked';
}
