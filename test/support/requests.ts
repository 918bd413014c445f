/** Requests to look at a tenant or a link, and the messages they travel in. */
import type { ReconcileRequest } from '../../src/lib/domain/request.ts';
import type { Unprocessed } from '../../src/lib/usecases/park.ts';
import { ids } from './delegations.ts';

/** A request to look at the customer's tenant, made on 10 March 2026, at noon. */
export function aRequest(changes: Partial<ReconcileRequest> = {}): ReconcileRequest {
  return {
    subject: 'tenant',
    id: ids.customer,
    cause: { kind: 'event', id: 'event-1' },
    attempt: 0,
    hop: 0,
    since: '2026-03-10T12:00:00.000Z',
    ...changes,
  };
}

/** A request to look at the principal's link. */
export function aLinkRequest(changes: Partial<ReconcileRequest> = {}): ReconcileRequest {
  return aRequest({ subject: 'link', id: `${ids.managingTenant}/${ids.pal}`, ...changes });
}

/** The message a request travels in, with what the queue says of it. */
export function aMessage(request: unknown, messageId = 'message-1'): Unprocessed {
  const text = typeof request === 'string' ? request : JSON.stringify(request);
  return { queue: 'reconcile', messageId, attempts: 1, body: new TextEncoder().encode(text) };
}
