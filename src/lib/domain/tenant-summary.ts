import { reverifySinceOf } from './agreement-news.ts';
import type { Attestation } from './attestation.ts';
import { isSeen, type Verdict } from './coverage.ts';
import { scopesAtRisk, type ScopesAtRisk } from './days-at-risk.ts';
import type { FailureNote } from './failure.ts';
import type { Outcome } from './outcome.ts';
import type { Phase, ScopeRecord, TenantRecord } from './tenant-record.ts';
import { observedKinds, observedKindsOf, type ObservedKind, type Registration } from './tenant.ts';

/** One tenant in the list: enough for its state, for filters and for the sweep, without its scopes and gaps. */
export interface TenantSummary {
  readonly registration: Registration;
  readonly pinned: TenantRecord['pinned'];
  readonly phase: Phase;
  /** How many scopes have each verdict. */
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
  /** The ways of access that show any of its scopes. */
  readonly coveredBy: readonly ObservedKind[];
  /** How many scopes earn by which ways of access: whether they do depends on the links behind those. */
  readonly earningBy: readonly { readonly kinds: readonly ObservedKind[]; readonly scopes: number }[];
  /** How many earning scopes have to be proven anew, because their subscription's agreement changed. */
  readonly toReverify: number;
  /** Roles in no table that scopes rest on (bare GUIDs), and how many scopes each; none of a tenant that is offboarded or excluded. */
  readonly unknownRoles: Readonly<Record<string, number>>;
  readonly openGaps: number;
  /** Of the open gaps, those an operator has accepted. */
  readonly acceptedGaps: number;
  /** When the first acceptance ends that nobody has been told of (ISO instant); null where none is running. */
  readonly acceptedUntil: string | null;
  /** What days at risk are summed from. */
  readonly atRisk: readonly ScopesAtRisk[];
  readonly attestations: readonly Pick<Attestation, 'partnerId' | 'expiresAt'>[];
  /** Moves of subscriptions that have not come to their end: not handed over yet, or not seen here. */
  readonly openMoves: number;
  readonly heldBy: string | null;
  readonly lastGood: string | null;
  readonly failure: FailureNote | null;
  readonly lastOutcome: Outcome['kind'] | null;
  readonly stillDelegatedSince: string | null;
  readonly version: number;
}

export function summaryOf(record: TenantRecord): TenantSummary {
  const {
    scopes,
    openGaps,
    closedGaps: _closed,
    attestations,
    dpor: _dpor,
    asked: _asked,
    watchedSince: _watched,
    departures,
    arrivals,
    ...rest
  } = record;
  const verdicts: Partial<Record<Verdict, number>> = {};
  for (const { verdict } of scopes) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  const coveredBy = observedKinds.filter((kind) => scopes.some((scope) => scope.coveredBy.includes(kind)));
  const earning = scopes.filter(({ verdict }) => verdict === 'earning');
  const earningBy = [...Map.groupBy(earning, (scope) => scope.coveredBy.join()).values()].map((same) => ({
    kinds: same[0]?.coveredBy ?? [],
    scopes: same.length,
  }));
  const accepted = openGaps.flatMap(({ acceptance }) =>
    acceptance?.reopenedAt === null ? acceptance.until : [],
  );
  return {
    ...rest,
    verdicts,
    coveredBy,
    earningBy,
    toReverify: earning.filter((scope) => reverifySinceOf(record.registration, scope) !== null).length,
    unknownRoles: isOurs(record) ? unknownRolesIn(scopes) : {},
    openGaps: openGaps.length,
    acceptedGaps: accepted.length,
    acceptedUntil: accepted.toSorted()[0] ?? null,
    atRisk: scopesAtRisk(record),
    openMoves: departures.filter(({ handOver }) => handOver !== null).length + arrivals.length,
    attestations: attestations.map(({ partnerId, expiresAt }) => ({ partnerId, expiresAt })),
  };
}

/** Whether anything is to be decided about what is on record of it: not where it is offboarded or excluded. */
function isOurs({ registration, phase }: TenantRecord): boolean {
  return !registration.offboardedAt && phase !== 'closed' && phase !== 'excluded';
}

/** So many roles are named: they fit one property of a row. */
const ROLES_NAMED = 500;

function unknownRolesIn(scopes: readonly ScopeRecord[]): Record<string, number> {
  const roles = scopes.flatMap(({ verdict, roleIds }) => (verdict === 'role-unknown' ? roleIds : []));
  const scopesOf = Map.groupBy(roles, (roleId) => roleId.toLowerCase());
  const counts = [...scopesOf].map(([roleId, { length }]): [string, number] => [roleId, length]);
  return Object.fromEntries(counts.slice(0, ROLES_NAMED));
}

/** The ways of access a tenant's state rests on: those that were announced, and those that cover it unannounced. */
export function standsOn({
  registration,
  coveredBy,
}: Pick<TenantSummary, 'registration' | 'coveredBy'>): readonly ObservedKind[] {
  const announced = observedKindsOf(registration);
  return observedKinds.filter((kind) => announced.includes(kind) || coveredBy.includes(kind));
}

/** What rows of earlier versions lack. */
const ADDED_SINCE = {
  toReverify: 0,
  unknownRoles: {},
  heldBy: null,
  acceptedGaps: 0,
  acceptedUntil: null,
  atRisk: [],
  openMoves: 0,
  attestations: [],
  stillDelegatedSince: null,
} satisfies Partial<TenantSummary>;

/** A summary as it is stored; rows of earlier versions lack what was added since. */
export function storedSummaryOf(
  stored: Omit<TenantSummary, keyof typeof ADDED_SINCE> & Partial<TenantSummary>,
): TenantSummary {
  return { ...ADDED_SINCE, ...stored };
}

/**
 * What is seen of a tenant, as one text: two looks that give the same text need no comparison scope by scope. Scopes
 * nobody sees are left out, because the index cannot show them.
 */
export function signatureOf(scopes: readonly ScopeRecord[]): string {
  const seen = scopes
    .filter(({ verdict }) => isSeen(verdict))
    .map((s) =>
      [
        s.scope.toLowerCase(),
        s.verdict,
        s.inherited,
        s.agreement,
        s.agreementSource,
        s.countsFor,
        s.principal,
        s.roleIds.join(),
        JSON.stringify(s.offers),
      ].join('|'),
    );
  return seen.sort().join('\n');
}
