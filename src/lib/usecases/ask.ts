import type { OutgoingMessage, Queues } from '../domain/ports.ts';
import { messageIdOf, type ReconcileRequest } from '../domain/request.ts';

/** Asks for a look: puts the request on `reconcile`, now or at a time, under the id that folds duplicates. */
export async function ask(
  queues: Queues,
  request: ReconcileRequest,
  at?: Date,
  lineage?: string | null,
): Promise<void> {
  const message: OutgoingMessage = {
    messageId: messageIdOf(request),
    body: new TextEncoder().encode(JSON.stringify(request)),
    ...(at ? { at } : {}),
    ...(lineage ? { properties: { lineage } } : {}),
  };
  await queues.send('reconcile', message);
}
