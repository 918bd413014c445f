import { attestationStanding, type AttestationStanding } from './attestation.ts';
import type { Verdict } from './coverage.ts';
import type { FailureNote } from './failure.ts';
import { linkStandingOf, type LinkRecord, type LinkStanding, type LinkState } from './link.ts';
import type { Principal } from './principal.ts';
import { attendedKindsOf, isByHand, observedKindsOf, type ObservedKind } from './tenant.ts';
import { expectedObjectId, type TenantRecord } from './tenant-record.ts';
import type { TenantSummary } from './tenant-summary.ts';
import { isTenantExcluded, type WatchRules } from './watch.ts';

/** A tenant's states, in the order in which the first that fits is taken. */
export const tenantStates = [
  'offboarded',
  'excluded',
  'needs-person',
  'attested',
  'automatic',
  'unobserved',
  'awaiting-delegation',
  'not-delegated',
  'linked-elsewhere',
  'unlinked',
  'earning',
  'partly-earning',
  'not-earning',
] as const;
export type TenantState = (typeof tenantStates)[number];

/** What a tenant's state is computed from, beside its own record. */
export interface StateInputs {
  /** The link of the identity behind each way of access: the home tenant's for Lighthouse, the tenant's own beside it. */
  readonly links: Readonly<Record<ObservedKind, LinkStanding>>;
  /** The partner ID the tenant's principal is to be linked to; null where the settings do not name the principal. */
  readonly wantedPartnerId: string | null;
  /** When a sweep saw the tenant well after its own last good look; null otherwise. */
  readonly sweptAt: string | null;
  readonly now: Date;
  /** How long a good look counts (milliseconds). */
  readonly staleAfterMs: number;
  readonly watchRules: WatchRules;
}

/** The links on record, by whose they are. */
export type LinksOnRecord = ReadonlyMap<string, LinkRecord>;

export async function linksOnRecord(links: AsyncIterable<LinkRecord>): Promise<LinksOnRecord> {
  const found = new Map<string, LinkRecord>();
  for await (const link of links) found.set(linkKey(link.tenantId, link.objectId), link);
  return found;
}

function linkKey(tenantId: string, objectId: string): string {
  return `${tenantId}/${objectId}`;
}

/** The links behind a tenant's ways of access: the principal's at home, and the one in the tenant itself. */
export function linksBehind(
  tenant: Pick<TenantRecord, 'registration' | 'pinned'>,
  principal: Principal | undefined,
  links: LinksOnRecord,
): StateInputs['links'] {
  const standing = (tenantId: string, objectId: string | null) =>
    linkStandingOf(links.get(linkKey(tenantId, objectId ?? '')) ?? null, principal?.wantedPartnerId ?? '');
  return {
    lighthouse: standing(principal?.homeTenantId ?? '', principal?.objectId ?? null),
    'service-principal': standing(
      tenant.registration.tenantId,
      principal ? expectedObjectId(tenant, principal) : null,
    ),
  };
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
  const isOld = isStale(record, inputs);
  const { state, reason } = stateOf(record, inputs, isOld);
  return {
    state,
    reason,
    // Nobody looks at what is excluded, and nobody is to be alarmed by its age.
    stale: isOld && state !== 'excluded',
    lastGood: inputs.sweptAt ?? record.lastGood,
    failure: record.failure ?? linksOf(record, inputs).find(({ failure }) => failure)?.failure ?? null,
  };
}

type StateAndReason = Pick<TenantStanding, 'state' | 'reason'>;

function stateOf(record: TenantSummary, inputs: StateInputs, stale: boolean): StateAndReason {
  if (record.registration.offboardedAt) {
    return { state: 'offboarded', reason: record.stillDelegatedSince ? 'still-delegated' : null };
  }
  if (isTenantExcluded(inputs.watchRules, record.registration)) return { state: 'excluded', reason: null };
  if (isByHand(record.registration) && record.phase !== 'covered') return byHandState(record, inputs);
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
    case 'excluded':
      return { state: 'excluded', reason: null };
    case 'covered':
      return coveredState(record, inputs, stale);
  }
}

/** A tenant in which a pass sees nothing, and need not: people say what its link is, for as long as their word counts. */
function byHandState(
  { registration, attestations }: TenantSummary,
  { wantedPartnerId, now }: StateInputs,
): StateAndReason {
  const attended = attendedKindsOf(registration)[0];
  if (!attended) return { state: 'automatic', reason: 'unverified' };
  const standing = attestationStanding(attestations, wantedPartnerId, now);
  if (standing === 'valid') return { state: 'attested', reason: null };
  return { state: 'needs-person', reason: UNATTESTED[standing] ?? attended };
}

const UNATTESTED: Readonly<Partial<Record<AttestationStanding, string>>> = {
  expired: 'attestation-expired',
  'other-partner': 'attestation-for-other-partner',
};

const BAD_LINKS: readonly (readonly [LinkState, StateAndReason])[] = [
  ['unknown', { state: 'unobserved', reason: 'link-not-read' }],
  ['linked-elsewhere', { state: 'linked-elsewhere', reason: null }],
  ['unlinked', { state: 'unlinked', reason: null }],
];

/**
 * A scope earns where the link of an identity that covers it is good. With no good link at all the tenant's state is its
 * worst link; with one good and one bad, the scopes behind the bad one are missing, and the link is the reason.
 */
function coveredState(record: TenantSummary, inputs: StateInputs, stale: boolean): StateAndReason {
  const links = linksOf(record, inputs);
  const bad = worstLink(links, inputs.now);
  if (bad && !links.some(({ state }) => state === 'linked')) return bad;

  const all = Object.values(record.verdicts).reduce((sum, count) => sum + count, 0);
  const counting = all - (record.verdicts['subscription-inactive'] ?? 0);
  const covered = record.verdicts.earning ?? 0;
  const earning = record.earningBy
    .filter(({ kinds }) => kinds.some((kind) => inputs.links[kind].state === 'linked'))
    .reduce((sum, { scopes }) => sum + scopes, 0);
  const trouble = bad && earning < covered ? (bad.reason ?? bad.state) : firstTrouble(record);
  if (earning === 0) return { state: 'not-earning', reason: trouble };
  // What has not been read well for too long is not counted as earning.
  if (stale) return { state: 'not-earning', reason: 'stale' };
  if (earning === counting) return { state: 'earning', reason: null };
  return { state: 'partly-earning', reason: trouble };
}

/** The worst of some links; one that somebody holds is as bad, but no alarm. */
function worstLink(links: readonly LinkStanding[], now: Date): StateAndReason | null {
  const [worst] = BAD_LINKS.flatMap(([state, shown]) =>
    links.filter((link) => link.state === state).map((link) => ({ shown, link })),
  );
  if (!worst) return null;
  const { held } = worst.link;
  const isHeld = held !== undefined && (held.until === null || Date.parse(held.until) > now.getTime());
  return isHeld && worst.shown.reason === null ? { ...worst.shown, reason: 'held' } : worst.shown;
}

/** The links a tenant's state rests on: of the identities that cover it, or that are to cover it. */
function linksOf(record: TenantSummary, { links, watchRules }: StateInputs): LinkStanding[] {
  const { phase, registration, coveredBy } = record;
  if (phase === 'awaiting' || phase === 'not-delegated' || phase === 'excluded') return [];
  if (registration.offboardedAt || isTenantExcluded(watchRules, registration)) return [];
  return (coveredBy.length > 0 ? coveredBy : observedKindsOf(registration)).map((kind) => links[kind]);
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

function isStale(record: TenantSummary, inputs: StateInputs): boolean {
  const looks = [inputs.sweptAt ?? record.lastGood, ...linksOf(record, inputs).map(({ readAt }) => readAt)];
  return looks.some((at) => at !== null && inputs.now.getTime() - Date.parse(at) > inputs.staleAfterMs);
}
