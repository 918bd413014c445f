import * as z from 'zod';
import { assess, type Assessment, type Look } from './assessment.ts';
import { opensGap } from './gaps-after.ts';
import { isSeen, isWorse } from './coverage.ts';
import { sameId } from './guid.ts';
import type { IndexedSubscription } from './indexed-subscription.ts';
import { verdictsOf } from './judged-scopes.ts';
import { expectedSubscriptions } from './move.ts';
import type { AssessmentRules } from './pass-rules.ts';
import type { Reading } from './reading.ts';
import { scopeKey, subscriptionScope } from './scope.ts';
import { accessKindsOf, isByHand } from './tenant.ts';
import type { TenantRecord } from './tenant-record.ts';
import type { TenantSummary } from './tenant-summary.ts';
import { isScopeWatched, isTenantExcluded, isUnseenWatched, watchedPart } from './watch.ts';

/** A message on the `sweeps` queue: begin a sweep, or look whether one has come to its end. */
export const sweepRequest = z.object({
  do: z.enum(['start', 'finish']),
  sweepId: z.string().regex(/^[A-Za-z0-9-]{1,36}$/),
  /** When the sweep was asked for (ISO instant). */
  at: z.iso.datetime(),
  /** Rises with every look at the end, so that duplicate detection swallows none. */
  hop: z.int().min(0),
});

export type SweepRequest = z.infer<typeof sweepRequest>;

/** Losing more than this at once is suspect: it is held until an operator or the next sweep agrees. */
export function isMassWorsening(worsening: number, earning: number): boolean {
  return worsening > Math.max(10, earning * 0.05);
}

type SweepRules = Pick<AssessmentRules, 'managingTenantId' | 'watchRules'>;

/** What a sweep does about one tenant. */
export type SweepPlan =
  | {
      readonly do: 'nothing';
      readonly count:
        'steady' | 'closed' | 'closedButDelegated' | 'own' | 'projected' | 'byHand' | 'excluded';
    }
  /** On record and in the index, and something differs: compare scope by scope. */
  | { readonly do: 'compare' }
  /** Excluded by the settings since it was last looked at: its record is closed. */
  | { readonly do: 'exclude' }
  /** Not on record, and delegated to us. */
  | { readonly do: 'adopt' }
  /** Offboarded: what its row says of its being delegated still is no longer so. */
  | { readonly do: 'note-delegated'; readonly delegated: boolean }
  /** Only a pass of its own can tell: it needs proof, or a token of its own. */
  | { readonly do: 'ask' };

export interface SweptTenant {
  readonly tenantId: string;
  readonly listed: TenantSummary | null;
  /** Whether what the index shows has the digest that is on record. */
  readonly sameDigest: boolean;
  readonly indexed: readonly IndexedSubscription[];
  /** When the sweep began. */
  readonly at: Date;
}

/** Decides what to do about one tenant of the merge-join. Pure and total. */
export function planSweep(
  { tenantId, listed, sameDigest, indexed, at }: SweptTenant,
  { managingTenantId, watchRules }: SweepRules,
): SweepPlan {
  const readings = indexReadings(indexed, { managingTenantId, watchRules });
  const delegated = readings.length > 0;
  const isWatched = readings.some(({ kind }) => kind !== 'excluded');
  if (!listed) {
    if (!delegated) {
      return { do: 'nothing', count: sameId(tenantId, managingTenantId) ? 'own' : 'projected' };
    }
    const excluded = !isWatched || isTenantExcluded(watchRules, { tenantId, facts: {} });
    return excluded ? { do: 'nothing', count: 'excluded' } : { do: 'adopt' };
  }
  if (listed.registration.offboardedAt) {
    if (delegated !== Boolean(listed.stillDelegatedSince)) return { do: 'note-delegated', delegated };
    return { do: 'nothing', count: delegated ? 'closedButDelegated' : 'closed' };
  }
  if (isTenantExcluded(watchRules, listed.registration)) {
    return listed.phase === 'excluded' ? { do: 'nothing', count: 'excluded' } : { do: 'exclude' };
  }
  const kinds = accessKindsOf(listed.registration);
  if (kinds.includes('service-principal')) {
    return lookedAtSince(listed, at) ? { do: 'nothing', count: 'steady' } : { do: 'ask' };
  }
  // A delegation nobody announced is looked at like any other; where there is none, nobody but a person can look.
  const isFound = delegated || listed.phase === 'covered';
  if (isByHand(listed.registration) && !isFound && !listed.failure) return { do: 'nothing', count: 'byHand' };
  // What follows a subscription to another tenant is handed over by passes.
  if (listed.openMoves > 0) return { do: 'ask' };
  if (listed.failure || listed.phase === 'unobserved' || listed.phase === 'closed') return { do: 'ask' };
  if (listed.phase === 'excluded') {
    return delegated && !isWatched ? { do: 'nothing', count: 'excluded' } : { do: 'ask' };
  }
  // The index proves nothing: after a change of agreement only a direct read does.
  if (listed.toReverify > 0) return { do: 'ask' };
  const settled = listed.phase === 'covered' || listed.phase === 'not-delegated';
  const { acceptedUntil } = listed;
  // Time alone makes a gap of a delegation that is not ready, and ends an acceptance: looked at though nothing differs.
  const timeTells =
    listed.verdicts['delegation-not-ready'] ||
    (acceptedUntil !== null && Date.parse(acceptedUntil) <= at.getTime());
  // Of rows of earlier versions nobody can tell which roles are unknown: looked at once, they say so.
  const unnamedRoles = listed.verdicts['role-unknown'] && Object.keys(listed.unknownRoles).length === 0;
  const steady = settled && sameDigest && !timeTells && !unnamedRoles;
  return steady ? { do: 'nothing', count: 'steady' } : { do: 'compare' };
}

/** Whether a pass has looked well since the sweep began: one that begins anew after a crash need not ask again. */
function lookedAtSince({ lastGood, failure }: TenantSummary, at: Date): boolean {
  return !failure && lastGood !== null && Date.parse(lastGood) >= at.getTime();
}

/** The index's word on a tenant as readings, in the form a pass has them. */
export function indexReadings(
  indexed: readonly IndexedSubscription[],
  { managingTenantId, watchRules }: SweepRules,
): IndexReading[] {
  return delegatedToUs(indexed, managingTenantId).map((found): IndexReading => {
    const scope = subscriptionScope(found.facts.subscriptionId);
    const part = watchedPart(watchRules, found, managingTenantId);
    return part ? { kind: 'delegations', scope, ...part, direct: false } : { kind: 'excluded', scope };
  });
}

type IndexReading = Extract<Reading, { kind: 'delegations' | 'excluded' }>;

export type Comparison =
  /** Nothing is worse than what is on record: the index may be believed. */
  | { readonly do: 'commit'; readonly assessment: Assessment }
  /** Some news is bad, or something is missing: `worsening` earning scopes would be lost if it were true. */
  | { readonly do: 'ask'; readonly worsening: number };

/**
 * Compares what the index shows with what is on record, by the code of a single pass. Improvements and unchanged
 * verdicts are taken; anything worse, missing, lately read directly, or not earning at first sight is left to a pass.
 */
export function compareWithIndex(
  before: TenantRecord,
  readings: readonly IndexReading[],
  rules: AssessmentRules & { readonly indexLagAllowanceMs: number },
  look: Pick<Look, 'at' | 'causeId' | 'sweptAt'>,
): Comparison {
  const shown = new Map(
    readings.flatMap((reading) =>
      reading.kind === 'excluded' ? [] : [...verdictsOf(reading, before, look.at, rules)],
    ),
  );
  const watched = before.scopes.filter((scope) => isScopeWatched(rules.watchRules, scope));
  const known = watched.filter(({ verdict }) => isSeen(verdict));
  const worse = known.filter((scope) => {
    const verdict = shown.get(scopeKey({ id: scope.scope }));
    return verdict === undefined || isWorse(scope.verdict, verdict);
  });
  const keys = new Set(known.map((scope) => scopeKey({ id: scope.scope })));
  const badAtFirst =
    [...shown].some(([key, verdict]) => !keys.has(key) && verdict !== 'earning') || opensGap(before, shown);
  const readLately = watched.some(
    (scope) =>
      scope.directAt !== null && look.at.getTime() - Date.parse(scope.directAt) < rules.indexLagAllowanceMs,
  );
  const found = new Set(readings.map(({ scope }) => scope.subscriptionId));
  const expectedMissing = expectedSubscriptions(before).some(
    (id) => !found.has(id) && isUnseenWatched(rules.watchRules, id),
  );
  const nothingSeen = readings.length === 0 && before.phase !== 'not-delegated';
  if (worse.length > 0 || badAtFirst || readLately || expectedMissing || nothingSeen) {
    return { do: 'ask', worsening: worse.filter(({ verdict }) => verdict === 'earning').length };
  }
  return { do: 'commit', assessment: assess(before, { ...look, readings }, rules) };
}

/** The subscriptions that are delegated to our managing tenant, wholly or in part, and are not our own. */
export function delegatedToUs(
  indexed: readonly IndexedSubscription[],
  managingTenantId: string,
): readonly IndexedSubscription[] {
  return indexed.filter(
    ({ facts, delegations }) =>
      !sameId(facts.tenantId, managingTenantId) &&
      delegations.some((delegation) => sameId(delegation.managedByTenantId, managingTenantId)),
  );
}
