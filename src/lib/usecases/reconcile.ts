import { dispositionOf, Failure, type Disposition, type RetryPolicy } from '../domain/failure.ts';
import type { Log } from '../domain/log.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Clock, FollowUps, Queues } from '../domain/ports.ts';
import { nextCopy, reconcileRequest, type ReconcileRequest } from '../domain/request.ts';
import { ask } from './ask.ts';
import { park, type Unprocessed } from './park.ts';
import { readRequest } from './read-request.ts';

export interface ReconcileDeps {
  readonly reconcileTenant: (request: ReconcileRequest) => Promise<Outcome>;
  readonly reconcileLink: (request: ReconcileRequest) => Promise<Outcome>;
  readonly queues: Queues;
  readonly followUps: Pick<FollowUps, 'done'>;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

/** What became of one message from the `reconcile` queue. */
export interface Settled {
  readonly outcome: Outcome;
  readonly disposition: Disposition;
}

export type Reconcile = (message: Unprocessed) => Promise<Settled>;

/**
 * The spine: one message, one pass, one outcome, one disposition. The disposition is carried out here: settled, sent on
 * as a scheduled copy, or parked whole. Throws only when the queue itself cannot be written, or for a defect: then
 * Service Bus delivers the message again.
 */
export function makeReconcile(deps: ReconcileDeps): Reconcile {
  return async (message) => {
    const request = readRequest(message.body, reconcileRequest);
    if (!request) {
      const failure = new Failure('rejected', 'The message is not a request to look at a tenant or a link.');
      return carryOut(deps, message, null, failure);
    }
    const started = deps.clock();
    try {
      const outcome = await (request.subject === 'tenant'
        ? deps.reconcileTenant(request)
        : deps.reconcileLink(request));
      logPass(deps, request, outcome, started);
      await endFollowUp(deps, request);
      return { outcome, disposition: { do: 'settle' } };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      logPass(deps, request, { kind: 'failed', failure: error }, started);
      return carryOut(deps, message, request, error);
    }
  };
}

async function carryOut(
  deps: ReconcileDeps,
  message: Unprocessed,
  request: ReconcileRequest | null,
  failure: Failure,
): Promise<Settled> {
  const now = deps.clock();
  const attempts = { attempt: request?.attempt ?? 0, since: request ? new Date(request.since) : now };
  const disposition = dispositionOf(failure, attempts, deps.retry, now, deps.random());
  if (disposition.do === 'retry' && request) {
    await ask(deps.queues, nextCopy(request, disposition.counted), disposition.at, message.lineage);
    deps.log.info('pass.retried', {
      ...subjectOf(request),
      kind: failure.kind,
      at: disposition.at.toISOString(),
    });
  }
  if (request && disposition.do !== 'retry') await endFollowUp(deps, request);
  if (disposition.do === 'park') {
    await park(deps.queues, { ...message, attempts: attempts.attempt + 1 }, disposition.reason);
    deps.log.warn('pass.parked', { messageId: message.messageId, kind: failure.kind });
  }
  return { outcome: { kind: 'failed', failure }, disposition };
}

/** A sweep waits for the passes it asked for; this one has come to its end, good or bad. */
async function endFollowUp(deps: ReconcileDeps, { cause, id }: ReconcileRequest): Promise<void> {
  if (cause.kind === 'sweep') await deps.followUps.done(cause.id, id);
}

function logPass(deps: ReconcileDeps, request: ReconcileRequest, outcome: Outcome, started: Date): void {
  const failure = outcome.kind === 'failed' ? outcome.failure : null;
  const fields = {
    ...subjectOf(request),
    cause: request.cause.kind,
    outcome: outcome.kind,
    durationMs: deps.clock().getTime() - started.getTime(),
    failureKind: failure?.kind ?? null,
    message: failure?.message ?? null,
    requestId: failure?.requestId ?? null,
  };
  if (failure && failure.kind !== 'throttled') deps.log.warn('pass.finished', fields);
  else deps.log.info('pass.finished', fields);
}

function subjectOf(request: ReconcileRequest) {
  return { subject: request.subject, id: request.id, hop: request.hop, attempt: request.attempt };
}
