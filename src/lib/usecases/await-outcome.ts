import type { Asked } from '../domain/asked.ts';
import type { Clock, LinkLedger, TenantLedger } from '../domain/ports.ts';

export interface AwaitOutcomeDeps {
  readonly ledger: Pick<TenantLedger, 'read'>;
  readonly links: Pick<LinkLedger, 'read'>;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** A tenant, or with an object id a link. */
export interface AskedSubject {
  readonly tenantId: string;
  readonly objectId?: string;
}

export type AwaitOutcome = (subject: AskedSubject, causeId: string, waitMs: number) => Promise<Asked | null>;

const PAUSE_MS = 250;

/**
 * Waits until the pass that an operator asked for is on record, for `waitMs` at most; null when it is not by then, and
 * the caller has to look later. A pass that failed is on record too, and may be tried again.
 */
export function makeAwaitOutcome(deps: AwaitOutcomeDeps): AwaitOutcome {
  const lookUp = async ({ tenantId, objectId }: AskedSubject, causeId: string): Promise<Asked | null> => {
    const known =
      objectId === undefined ? await deps.ledger.read(tenantId) : await deps.links.read(tenantId, objectId);
    return known?.record.asked.find((one) => one.causeId === causeId) ?? null;
  };
  return async (subject, causeId, waitMs) => {
    const until = deps.clock().getTime() + waitMs;
    for (;;) {
      const found = await lookUp(subject, causeId);
      const left = until - deps.clock().getTime();
      if (found || left <= 0) return found;
      await deps.pause(Math.min(PAUSE_MS, left));
    }
  };
}
