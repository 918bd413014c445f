import { latest, type Gap } from './gap.ts';
import { keyOf, scopeOf } from './scope.ts';
import type { TenantRecord } from './tenant-record.ts';

/** What sums of days at risk need of one gap. All times are ISO instants. */
export interface GapSpan {
  readonly firstBadAt: string;
  readonly lastBadAt: string;
  /** Null for a scope that had never earned. */
  readonly lastEarningAt: string | null;
  readonly closedAt: string | null;
  /** Up to when an operator has accepted it. */
  readonly acceptedUntil: string | null;
  /** Whether looks without news go on showing it: each moves `lastBadAt` on without writing it. */
  readonly showing: boolean;
}

/** Scopes whose gaps, open and lately closed, are the same to the instant: usually all that one look found. */
export interface ScopesAtRisk {
  readonly scopes: number;
  readonly gaps: readonly GapSpan[];
}

/** Scope-days: one day of each of ten scopes is ten. */
export interface DaysAtRisk {
  /** Days lost beyond doubt: whole UTC days between looks that showed the scope bad. */
  readonly certain: number;
  /** Days that may have been lost: every UTC day from the last good look to the first good one. */
  readonly possible: number;
  /** Days of scopes that have never earned; in neither of the others. */
  readonly neverEarned: number;
}

/** Days at risk are told of so many UTC days, today among them. */
export const RISK_DAYS = 30;

export function addDays(left: DaysAtRisk, right: DaysAtRisk): DaysAtRisk {
  return {
    certain: left.certain + right.certain,
    possible: left.possible + right.possible,
    neverEarned: left.neverEarned + right.neverEarned,
  };
}

/** The gaps of a tenant as its row in the list keeps them. Nothing counts of what the settings exclude. */
export function scopesAtRisk({
  phase,
  scopes,
  openGaps,
  closedGaps,
  departures,
}: TenantRecord): readonly ScopesAtRisk[] {
  const verdicts = new Map(scopes.map(({ scope, verdict }) => [keyOf(scope), verdict]));
  const isShowing = ({ scope, reason, closedAt }: Gap): boolean =>
    closedAt === null && verdicts.get(keyOf(scope)) === reason;
  const waiting = new Set(departures.flatMap(({ handOver }) => handOver?.subscriptionId ?? []));
  // A gap that moved with its subscription is counted where it went, once it is there.
  const wentOn = ({ scope, ending }: Gap) =>
    ending?.as === 'moved' && !waiting.has(scopeOf(scope)?.subscriptionId ?? '');
  if (phase === 'excluded') return [];
  const isExcluded = ({ ending }: Gap) => ending?.as === 'excluded';
  const counted = [...openGaps, ...closedGaps].filter((gap) => !wentOn(gap) && !isExcluded(gap));
  const byScope = Map.groupBy(counted, ({ scope }) => keyOf(scope));
  const spans = [...byScope.values()].map((gaps) =>
    gaps
      .toSorted((a, b) => a.openedAt.localeCompare(b.openedAt))
      .map((gap): GapSpan => ({
        firstBadAt: gap.firstBadAt,
        lastBadAt: gap.lastBadAt,
        lastEarningAt: gap.lastEarningAt,
        closedAt: gap.closedAt,
        acceptedUntil: gap.acceptance?.until ?? null,
        showing: isShowing(gap),
      })),
  );
  return [...Map.groupBy(spans, (gaps) => JSON.stringify(gaps)).values()].flatMap((same) =>
    same[0] ? { scopes: same.length, gaps: same[0] } : [],
  );
}

const DAY_MS = 86_400_000;

/**
 * Days at risk within the last `days` UTC days, today among them, of one tenant's row.
 *
 * *Certain* are the whole UTC days that lie between two looks that showed a scope bad, with no better one between: first
 * bad at 10:00 on the 1st and last bad at 09:00 on the 4th make two, the 2nd and the 3rd. Nobody knows of the hours
 * before the first and after the last; a link or role that is back for an hour earns nothing that day, but may have
 * been there all day. *Possible* are all UTC days that are touched from the last good look to the first good one, both
 * included, or to `now` while the gap is open. So a time in which nothing could be read is possible, never certain.
 * Several gaps of a scope are one union, whatever their reasons; scopes add up. What an operator has accepted does not
 * count while that lasts, and afterwards only from its end on. A scope that has never earned counts for itself alone:
 * all days touched since it was first seen bad.
 *
 * `sweptAt` is when a sweep saw the tenant well after its row was written (see `sweptAt` of a sweep's record): a steady
 * sweep writes no row, and yet has seen each gap again.
 */
export function daysAtRisk(
  tenant: { readonly atRisk: readonly ScopesAtRisk[]; readonly lastGood: string | null },
  window: { readonly days: number; readonly now: Date; readonly sweptAt: string | null },
): DaysAtRisk {
  const seenAt = latest(tenant.lastGood, window.sweptAt);
  return tenant.atRisk.reduce<DaysAtRisk>(
    (sum, { scopes, gaps }) => {
      const one = daysOfScope(gaps, seenAt, window);
      return {
        certain: sum.certain + scopes * one.certain,
        possible: sum.possible + scopes * one.possible,
        neverEarned: sum.neverEarned + scopes * one.neverEarned,
      };
    },
    { certain: 0, possible: 0, neverEarned: 0 },
  );
}

/** A stretch of time in milliseconds, ends included. */
type Stretch = readonly [from: number, to: number];

function daysOfScope(
  gaps: readonly GapSpan[],
  seenAt: string | null,
  window: { readonly days: number; readonly now: Date },
): DaysAtRisk {
  const now = window.now.getTime();
  const today = dayOf(now);
  const days: Stretch = [today - window.days + 1, today];
  const spans = gaps.map((gap) => stretchesOf(gap, seenAt, now));
  const earned = spans.filter(({ earnedBefore }) => earnedBefore);
  return {
    certain: count(union(earned.flatMap(({ bad }) => bad)).map(wholeDays), days),
    possible: count(union(earned.flatMap(({ open }) => open).map(touchedDays)), days),
    neverEarned: count(
      union(spans.filter(({ earnedBefore }) => !earnedBefore).flatMap(({ open }) => open.map(touchedDays))),
      days,
    ),
  };
}

interface Stretches {
  readonly earnedBefore: boolean;
  /** From the first bad look to the last; empty where an acceptance covers it. */
  readonly bad: readonly Stretch[];
  /** As long as it may have lasted. */
  readonly open: readonly Stretch[];
}

function stretchesOf(gap: GapSpan, seenAt: string | null, now: number): Stretches {
  const since = gap.acceptedUntil === null ? Number.NEGATIVE_INFINITY : Date.parse(gap.acceptedUntil);
  const lastBad = Date.parse(latest(gap.lastBadAt, gap.showing ? seenAt : null) ?? gap.lastBadAt);
  const end = gap.closedAt === null ? Math.max(now, lastBad) : Date.parse(gap.closedAt);
  const between = (from: string, to: number): readonly Stretch[] => {
    const start = Math.max(Date.parse(from), since);
    return start <= to && since <= now ? [[start, to]] : [];
  };
  return {
    earnedBefore: gap.lastEarningAt !== null,
    bad: between(gap.firstBadAt, Math.min(lastBad, end)),
    open: between(gap.lastEarningAt ?? gap.firstBadAt, end),
  };
}

/** Days since 1970 in UTC. */
function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

function touchedDays([from, to]: Stretch): Stretch {
  return [dayOf(from), dayOf(to)];
}

/** The days that lie wholly within a stretch; the end before the beginning where there is none. */
function wholeDays([from, to]: Stretch): Stretch {
  return [Math.ceil(from / DAY_MS), dayOf(to) - 1];
}

/** Stretches that touch or overlap as one. */
function union(stretches: readonly Stretch[]): readonly Stretch[] {
  return stretches
    .toSorted(([a], [b]) => a - b)
    .reduce<Stretch[]>((joined, next) => {
      const last = joined.at(-1);
      if (!last || next[0] > last[1]) return [...joined, next];
      return [...joined.slice(0, -1), [last[0], Math.max(last[1], next[1])]];
    }, []);
}

/** How many of the days of a window the stretches hold. */
function count(stretches: readonly Stretch[], [first, last]: Stretch): number {
  return stretches.reduce(
    (sum, [from, to]) => sum + Math.max(0, Math.min(to, last) - Math.max(from, first) + 1),
    0,
  );
}
