import type { Verdict } from './coverage.ts';
import { isGap, isUndecided, latest, type Gap, type GapEnding } from './gap.ts';
import type { AssessmentRules } from './pass-rules.ts';
import { keyOf, scopeOf } from './scope.ts';
import type { ScopesAfter } from './scopes-after.ts';
import { atRiskSince, type ScopeRecord, type TenantRecord } from './tenant-record.ts';
import { isScopeWatched } from './watch.ts';

export interface GapsAfter {
  readonly open: readonly Gap[];
  readonly opened: readonly Gap[];
  readonly closed: readonly Gap[];
  /** Gaps whose acceptance has ended, told once. */
  readonly reopened: readonly Gap[];
}

/** When a look is, and the last one before it that saw the tenant well (ISO instant). */
interface GapLook {
  readonly at: Date;
  readonly seenAt: string | null;
}

/**
 * The gaps of a tenant after a look. A scope that could not be read keeps its gap as it is: such a look opens none, ends
 * none, and does not even end an acceptance. `movedTo` names the new tenants of subscriptions that have left.
 */
export function gapsAfter(
  before: TenantRecord,
  { scopes, unread }: ScopesAfter,
  look: GapLook & { readonly rules: AssessmentRules },
  movedTo: ReadonlyMap<string, string>,
): GapsAfter {
  const at = look.at.toISOString();
  const openBefore = new Map(before.openGaps.map((gap) => [keyOf(gap.scope), gap]));
  const earlier = new Map(before.scopes.map((scope) => [keyOf(scope.scope), scope]));
  const after = new Map(scopes.map((scope) => [keyOf(scope.scope), scope]));
  const asSeen = (gap: Gap) => asLastSeen(gap, earlier.get(keyOf(gap.scope)), look);
  const open: Gap[] = [];
  const opened: Gap[] = [];
  const reopened: Gap[] = [];
  const goOn = (gap: Gap) => {
    const again = acceptanceEnded(gap, at);
    if (again) reopened.push(again);
    open.push(again ?? gap);
  };
  for (const scope of scopes) {
    const gap = openBefore.get(keyOf(scope.scope));
    if (unread.has(keyOf(scope.scope))) {
      if (gap) open.push(gap);
    } else if (isBad(scope, look.at)) {
      if (gap) goOn({ ...gap, reason: scope.verdict, lastBadAt: at });
      else {
        const found = newGap(scope, at, atRiskSince(before));
        opened.push(found);
        open.push(found);
      }
    } else if (gap && isUndecided(scope.verdict)) goOn(asSeen(gap));
  }
  const still = new Set(open.map(({ scope }) => keyOf(scope)));
  const closed = before.openGaps
    .filter(({ scope }) => !still.has(keyOf(scope)))
    .map((gap) => {
      const scope = earlier.get(keyOf(gap.scope));
      const excluded = scope !== undefined && !isScopeWatched(look.rules.watchRules, scope);
      const to = movedTo.get(scopeOf(gap.scope)?.subscriptionId ?? '');
      const verdict = after.get(keyOf(gap.scope))?.verdict;
      const ending = excluded ? { as: 'excluded' as const } : endingOf(verdict, to);
      return { ...asSeen(gap), closedAt: at, ending };
    });
  return { open, opened, closed, reopened };
}

/** Whether verdicts, by the keys of their scopes, would open a gap, or take one up again whose acceptance has ended. */
export function opensGap(
  { scopes, openGaps }: Pick<TenantRecord, 'scopes' | 'openGaps'>,
  verdicts: ReadonlyMap<string, Verdict>,
  at: Date,
): boolean {
  const known = new Map(scopes.map((scope) => [keyOf(scope.scope), scope]));
  const open = new Map(openGaps.map((gap) => [keyOf(gap.scope), gap]));
  return [...verdicts].some(([key, verdict]) => {
    const scope = known.get(key);
    const heldMs = scope?.verdict === verdict ? at.getTime() - Date.parse(scope.since) : 0;
    const gap = open.get(key);
    if (!gap) return isGap(verdict, heldMs);
    const goesOn = isGap(verdict, heldMs) || isUndecided(verdict);
    return goesOn && acceptanceEnded(gap, at.toISOString()) !== null;
  });
}

/** The open gaps of a tenant, all ended for one cause that is not about them. */
export function endedGaps(before: TenantRecord, ending: GapEnding, look: GapLook): readonly Gap[] {
  const earlier = new Map(before.scopes.map((scope) => [keyOf(scope.scope), scope]));
  const closedAt = look.at.toISOString();
  return before.openGaps.map((gap) => ({
    ...asLastSeen(gap, earlier.get(keyOf(gap.scope)), look),
    closedAt,
    ending,
  }));
}

const KEPT_MS = 31 * 86_400_000;

/** Of closed gaps those that a sum over the last 30 days may still touch. */
export function closedLately(closed: readonly Gap[], at: Date): readonly Gap[] {
  const oldest = new Date(at.getTime() - KEPT_MS).toISOString();
  return closed.filter(({ closedAt }) => closedAt !== null && closedAt >= oldest);
}

function isBad({ verdict, since }: ScopeRecord, at: Date): boolean {
  return isGap(verdict, at.getTime() - Date.parse(since));
}

/** A gap as far as earlier looks have shown it, those included that wrote nothing because nothing was new. */
function asLastSeen(gap: Gap, scope: ScopeRecord | undefined, { at, seenAt }: GapLook): Gap {
  const shown = scope && isBad(scope, at) ? seenAt : null;
  return { ...gap, lastBadAt: latest(gap.lastBadAt, shown) ?? gap.lastBadAt };
}

function newGap(scope: ScopeRecord, at: string, since: string): Gap {
  const waited = scope.verdict === 'delegation-not-ready';
  return {
    scope: scope.scope,
    reason: scope.verdict,
    openedAt: at,
    firstBadAt: waited ? (latest(scope.since, since) ?? at) : at,
    lastBadAt: at,
    lastEarningAt: scope.lastEarningAt,
    closedAt: null,
    ending: null,
    acceptance: null,
  };
}

function acceptanceEnded(gap: Gap, at: string): Gap | null {
  const { acceptance } = gap;
  if (!acceptance || acceptance.reopenedAt !== null || acceptance.until > at) return null;
  return { ...gap, acceptance: { ...acceptance, reopenedAt: at } };
}

function endingOf(verdict: Verdict | undefined, movedTo: string | undefined): GapEnding {
  if (verdict === undefined && movedTo !== undefined) return { as: 'moved', to: movedTo };
  if (verdict === undefined) return { as: 'superseded' };
  if (verdict === 'subscription-inactive') return { as: 'inactive' };
  return { as: verdict === 'role-unknown' ? 'unproven' : 'repaired' };
}
