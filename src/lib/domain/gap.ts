import type { Verdict } from './coverage.ts';
import { scopeKey } from './scope.ts';

/**
 * A scope not earning, from the first look that showed it to the look that ended it: at most one at a time for a scope,
 * whatever its reasons were in between. All times are ISO instants of looks.
 */
export interface Gap {
  readonly scope: string;
  /** The verdict that stands now, or stood last. */
  readonly reason: Verdict;
  /** The look that opened it; with the scope it names the gap for good. */
  readonly openedAt: string;
  /** The first look that showed it: earlier than `openedAt` where waiting made it a gap. */
  readonly firstBadAt: string;
  /** The last look on record here that showed it. Looks without news write no gap: see `lastBadOf`. */
  readonly lastBadAt: string;
  /** The last look before it at which nothing was lost; null for a scope that has never earned. */
  readonly lastEarningAt: string | null;
  /** The look that ended it; null while open. */
  readonly closedAt: string | null;
  /** How it ended; null while open. */
  readonly ending: GapEnding | null;
  readonly acceptance: Acceptance | null;
}

export type GapEnding =
  /** The scope was seen earning. */
  | { readonly as: 'repaired' }
  /** The subscription is disabled or deleted: nothing is left to be lost. */
  | { readonly as: 'inactive' }
  /** A role nobody has decided about: whether it earns is open. */
  | { readonly as: 'unproven' }
  /** The scope is no longer looked at by itself: another scope speaks for it. */
  | { readonly as: 'superseded' }
  /** The settings exclude its tenant, subscription or offer. */
  | { readonly as: 'excluded' }
  /** The tenant is no longer ours. */
  | { readonly as: 'offboarded' }
  /** The subscription belongs to another tenant now, and the gap goes on there. */
  | { readonly as: 'moved'; readonly to: string };

/** An operator's word that a gap is known and meant. Until it ends, the gap is neither counted nor alarmed. */
export interface Acceptance {
  readonly by: string;
  readonly why: string;
  /** ISO instant at which it ends. */
  readonly until: string;
  readonly ticket: string | null;
  /** When it was given (ISO instant). */
  readonly at: string;
  /** The look that found it ended, and told so; null before. */
  readonly reopenedAt: string | null;
}

/** A gap as it is stored; rows of earlier versions lack what was added since. */
export type StoredGap = Pick<Gap, 'scope' | 'reason' | 'openedAt' | 'lastEarningAt' | 'closedAt'> &
  Partial<Gap>;

export function gapOf(stored: StoredGap): Gap {
  return {
    firstBadAt: stored.openedAt,
    lastBadAt: stored.openedAt,
    ending: stored.closedAt === null ? null : { as: 'repaired' },
    acceptance: null,
    ...stored,
  };
}

/**
 * A gap's name within its tenant: stable while it lasts and after, and safe in a URL's path as it stands. Made of the
 * scope and the instant it was opened at: `<subscription>[.<resource group>].<milliseconds, base 36>`.
 */
export function gapIdOf({ scope, openedAt }: Pick<Gap, 'scope' | 'openedAt'>): string {
  const [, , subscriptionId = '', , resourceGroup] = scopeKey({ id: scope }).split('/');
  const parts = resourceGroup === undefined ? [subscriptionId] : [subscriptionId, escaped(resourceGroup)];
  return [...parts, Date.parse(openedAt).toString(36)].join('.');
}

/** Letters, digits, `-`, `_` and `.` as they are; every other byte as `~` and two hex digits. */
function escaped(name: string): string {
  return name.replace(/[^a-z0-9\-_.]/gu, (char) =>
    [...new TextEncoder().encode(char)].map((byte) => `~${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

const GAP_VERDICTS: ReadonlySet<Verdict> = new Set<Verdict>([
  'role-not-eligible',
  'eligible-only',
  'other-principal',
  'wrong-object-id',
  'principal-missing',
  'gone',
]);

const DAY_MS = 86_400_000;

/**
 * Whether a scope that has had a verdict for `heldMs` is a gap. A delegation that is not ready gets a day first; an
 * unknown role is unproven, not bad; an inactive or never seen scope loses nothing.
 */
export function isGap(verdict: Verdict, heldMs: number): boolean {
  return GAP_VERDICTS.has(verdict) || (verdict === 'delegation-not-ready' && heldMs >= DAY_MS);
}

/** Verdicts that end no gap and open none: what is redeployed, or out of sight, has not been repaired. */
export function isUndecided(verdict: Verdict): boolean {
  return verdict === 'delegation-not-ready' || verdict === 'not-visible';
}

const HARMLESS: ReadonlySet<Verdict> = new Set<Verdict>(['earning', 'subscription-inactive', 'role-unknown']);

/** Verdicts under which nothing is counted as lost. */
export function isHarmless(verdict: Verdict): boolean {
  return HARMLESS.has(verdict);
}

/** The latest of several ISO instants in UTC; null when there is none. */
export function latest(...instants: readonly (string | null | undefined)[]): string | null {
  return instants.reduce<string | null>((last, at) => (at && (last === null || at > last) ? at : last), null);
}
