import type { Verdict } from './coverage.ts';
import type { FailureNote } from './failure.ts';
import type { LinkState } from './link.ts';
import { accessKindsOf } from './tenant.ts';
import type { TenantSummary } from './tenant-summary.ts';

/** A tenant's state, in the order in which the first that fits is taken. */
export type TenantState =
  | 'offboarded'
  | 'excluded'
  | 'needs-person'
  | 'attested'
  | 'automatic'
  | 'unobserved'
  | 'awaiting-delegation'
  | 'not-delegated'
  | 'linked-elsewhere'
  | 'unlinked'
  | 'earning'
  | 'partly-earning'
  | 'not-earning';

/** What a tenant's state is computed from, beside its own record. */
export interface StateInputs {
  readonly link: LinkState;
  readonly linkFailure: FailureNote | null;
  /** When the link was last read well (ISO instant). */
  readonly linkReadAt: string | null;
  /** When a sweep saw the tenant well after its own last good look; null otherwise. */
  readonly sweptAt: string | null;
  readonly now: Date;
  /** How long a good look counts (milliseconds). */
  readonly staleAfterMs: number;
}

/** A tenant's standing as people see it. */
export interface TenantStanding {
  readonly state: TenantState;
  /** The verdict or circumstance behind a state that is not `earning`; null where the state says it all. */
  readonly reason: string | null;
  readonly stale: boolean;
  readonly lastGood: string | null;
  readonly failure: FailureNote | null;
}

/** Coverage × link × freshness, computed when read, because a link is one row for thousands of tenants. */
export function standingOf(record: TenantSummary, inputs: StateInputs): TenantStanding {
  const stale = isStale(record, inputs);
  return {
    ...stateOf(record, inputs, stale),
    stale,
    lastGood: inputs.sweptAt ?? record.lastGood,
    failure: record.failure ?? (reliesOnLink(record) ? inputs.linkFailure : null),
  };
}

type StateAndReason = Pick<TenantStanding, 'state' | 'reason'>;

function stateOf(record: TenantSummary, inputs: StateInputs, stale: boolean): StateAndReason {
  if (record.registration.offboardedAt) return { state: 'offboarded', reason: null };
  const kinds = accessKindsOf(record.registration);
  if (!kinds.some((kind) => kind === 'lighthouse' || kind === 'service-principal')) {
    const byHand = kinds.find((kind) => kind !== 'csp-aobo');
    return byHand ? { state: 'needs-person', reason: byHand } : { state: 'automatic', reason: 'unverified' };
  }
  switch (record.phase) {
    case 'unobserved':
    case 'closed':
      return { state: 'unobserved', reason: record.failure?.kind ?? null };
    case 'awaiting':
      return { state: 'awaiting-delegation', reason: null };
    case 'not-delegated':
      return {
        state: 'not-delegated',
        reason: record.verdicts.gone ? 'gone' : 'nothing-visible',
      };
    case 'covered':
      return coveredState(record, inputs.link, stale);
  }
}

function coveredState(record: TenantSummary, link: LinkState, stale: boolean): StateAndReason {
  if (link === 'unknown') return { state: 'unobserved', reason: 'link-not-read' };
  if (link === 'linked-elsewhere' || link === 'unlinked') return { state: link, reason: null };
  const all = Object.values(record.verdicts).reduce((sum, count) => sum + count, 0);
  const counting = all - (record.verdicts['subscription-inactive'] ?? 0);
  const earning = record.verdicts.earning ?? 0;
  if (earning === 0) return { state: 'not-earning', reason: firstTrouble(record) };
  // What has not been read well for too long is not counted as earning.
  if (stale) return { state: 'not-earning', reason: 'stale' };
  if (earning === counting) return { state: 'earning', reason: null };
  return { state: 'partly-earning', reason: firstTrouble(record) };
}

/** The trouble that stands on most scopes; of several, the first by name, so that the answer is stable. */
function firstTrouble({ verdicts }: TenantSummary): Verdict | null {
  const troubles = (Object.entries(verdicts) as [Verdict, number][]).filter(
    ([verdict]) => verdict !== 'earning',
  );
  const active = troubles.filter(([verdict]) => verdict !== 'subscription-inactive');
  const [first] = (active.length > 0 ? active : troubles).sort(
    ([a, m], [b, n]) => n - m || a.localeCompare(b),
  );
  return first?.[0] ?? null;
}

function isStale(record: TenantSummary, { linkReadAt, sweptAt, now, staleAfterMs }: StateInputs): boolean {
  const lastGood = sweptAt ?? record.lastGood;
  const looks = [lastGood, reliesOnLink(record) ? linkReadAt : lastGood];
  return looks.some((at) => at !== null && now.getTime() - Date.parse(at) > staleAfterMs);
}

function reliesOnLink(record: TenantSummary): boolean {
  return record.phase !== 'awaiting' && record.phase !== 'not-delegated' && !record.registration.offboardedAt;
}
