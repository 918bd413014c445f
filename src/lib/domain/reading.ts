import type { Delegation } from './delegation.ts';
import type { Failure } from './failure.ts';
import type { RoleAssignment } from './role-assignment.ts';
import type { Scope } from './scope.ts';
import type { SubscriptionFacts } from './subscription.ts';

/** What a look at one subscription, or at one resource group delegated alone, has shown. */
export type Reading =
  | {
      readonly kind: 'delegations';
      readonly scope: Scope;
      readonly facts: SubscriptionFacts;
      /** All delegations at the scope and below it, to whomever. */
      readonly delegations: readonly Delegation[];
      /** True for a direct read; false where only the index spoke. */
      readonly direct: boolean;
    }
  /** Our service principal's roles in the customer's tenant, always read directly. */
  | {
      readonly kind: 'role-assignments';
      readonly scope: Scope;
      readonly facts: SubscriptionFacts;
      /** All of ours above the subscription, at it and below it. */
      readonly assignments: readonly RoleAssignment[];
    }
  /** Ours, and excluded by the settings: not read, not judged, not counted. */
  | { readonly kind: 'excluded'; readonly scope: Scope }
  /** The removal is proven. */
  | { readonly kind: 'gone'; readonly scope: Scope }
  /** The subscription belongs to another customer's tenant now: still delegated to us, or left with all our roles in it. */
  | { readonly kind: 'moved'; readonly scope: Scope; readonly to: string }
  /** Expected, and nobody sees it; nothing proves that it has gone. */
  | { readonly kind: 'not-visible'; readonly scope: Scope }
  /** The last good observation stands. */
  | { readonly kind: 'unreadable'; readonly scope: Scope; readonly failure: Failure };

/** Whether nothing of what was to be read failed. */
export function isWhole(readings: readonly Reading[]): boolean {
  return readings.every(({ kind }) => kind !== 'unreadable');
}

/** Whether one way of access showed everything it covers, and that is not nothing. */
export function showsAll(readings: readonly Reading[] | null): boolean {
  return readings !== null && isWhole(readings) && showsAny(readings);
}

/** Whether one way of access showed nothing, and was refused wherever it could not read. */
export function showsOnlyRefusals(readings: readonly Reading[]): boolean {
  if (showsAny(readings)) return false;
  return readings.every((reading) => reading.kind !== 'unreadable' || reading.failure.kind === 'denied');
}

function showsAny(readings: readonly Reading[]): boolean {
  return readings.some(({ kind }) => kind === 'delegations' || kind === 'role-assignments');
}

/** Lists last: what a list shows of a resource group goes before what a reading of its subscription leaves open. */
export function inOrder(readings: readonly Reading[]): Reading[] {
  const rank = ({ kind }: Reading) => (kind === 'delegations' || kind === 'role-assignments' ? 1 : 0);
  return [...readings].sort((a, b) => rank(a) - rank(b));
}
