import type { Arrival, Departure } from '../domain/departure.ts';
import type { Clock, Queues, TenantLedger } from '../domain/ports.ts';
import { ask } from './ask.ts';
import { writeAgain } from './write-again.ts';

export interface HandOverDeps {
  readonly ledger: TenantLedger;
  readonly queues: Queues;
  readonly clock: Clock;
}

/**
 * Hands over what follows subscriptions to the tenants they belong to now, and asks for a look there. What goes to a
 * tenant that is not on record, or no longer ours, is kept and tried again by the next look. Done twice, it does no more
 * than once: an arrival takes the place of the one before it. Throws `Failure` when the ledger cannot be written.
 */
export async function handOver(
  deps: HandOverDeps,
  departures: readonly Departure[],
): Promise<readonly Departure[]> {
  const after: Departure[] = [];
  for (const departure of departures) {
    const waiting = departure.handOver;
    const done = waiting !== null && (await receive(deps, departure.to, waiting));
    after.push(done ? { ...departure, handOver: null } : departure);
  }
  return after;
}

async function receive(deps: HandOverDeps, tenantId: string, arrival: Arrival): Promise<boolean> {
  const isTaken = await writeAgain(async () => {
    const known = await deps.ledger.read(tenantId);
    if (!known || known.record.registration.offboardedAt) return false;
    const others = known.record.arrivals.filter(
      ({ subscriptionId }) => subscriptionId !== arrival.subscriptionId,
    );
    await deps.ledger.note(known, { ...known.record, arrivals: [...others, arrival] });
    return true;
  });
  if (!isTaken) return false;
  await ask(deps.queues, {
    subject: 'tenant',
    id: tenantId,
    // At most 40 characters; a subscription that moves again is another cause.
    cause: {
      kind: 'tenant-pass',
      id: `move-${arrival.subscriptionId.slice(0, 18)}-${Date.parse(arrival.at)}`,
    },
    attempt: 0,
    hop: 0,
    since: deps.clock().toISOString(),
  });
  return true;
}
