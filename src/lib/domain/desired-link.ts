/** What is wanted of a link, and the orders by which an operator changes that. */

/** A partner ID an operator chose. It stands until the settings name another one than they did then. */
export interface ChosenPartnerId {
  readonly partnerId: string;
  /** What the settings named when it was chosen. */
  readonly insteadOf: string;
}

/**
 * What we want of a link. `held` is set before an unlink, so that the next pass does not undo it; it ends at `until`, or
 * by a restore, or, where a tenant was offboarded, when that tenant is ours again.
 */
export type DesiredLink =
  | { readonly kind: 'wanted'; readonly partnerId: string; readonly chosen?: ChosenPartnerId }
  | {
      readonly kind: 'held';
      readonly by: string;
      readonly why: string;
      /** ISO instant; null: until somebody restores the link. */
      readonly until: string | null;
      /** What an operator had chosen before, and gets back afterwards. */
      readonly chosen?: ChosenPartnerId;
      readonly forOffboarding?: true;
    };

export type LinkVerb = 'unlink' | 'restore' | 'relink';

/**
 * One order about one link, kept on the link's row until a pass has carried it out or refused it. It is the only thing
 * that lets a pass remove a link, or replace one against policy.
 */
export interface LinkOrder {
  readonly verb: LinkVerb;
  readonly by: string;
  readonly why: string | null;
  /** ISO instant. */
  readonly at: string;
  readonly causeId: string;
  /** The partner ID the link was seen with by who gave the order; null: no link. Anything else is refused. */
  readonly expectedCurrentPartnerId: string | null;
  /** What was desired before; it is again when the order is not carried out. */
  readonly before: DesiredLink;
}

/** The part of a link's row that says what is to become of it. */
export interface LinkWill {
  readonly desired: DesiredLink;
  readonly order: LinkOrder | null;
}

/** What is wanted now: a hold that has ended is none, and a choice made over other settings no longer counts. */
export function desiredNow(desired: DesiredLink, configured: string, now: Date): DesiredLink {
  const held =
    desired.kind === 'held' && (desired.until === null || Date.parse(desired.until) > now.getTime());
  return held ? desired : wanting(configured, standingChoice(desired, configured));
}

/** The partner ID a link is judged by, held or not. */
export function partnerIdBehind(desired: DesiredLink, configured: string): string {
  return standingChoice(desired, configured)?.partnerId ?? configured;
}

function standingChoice({ chosen }: DesiredLink, configured: string): ChosenPartnerId | undefined {
  return chosen?.insteadOf === configured ? chosen : undefined;
}

function wanting(configured: string, chosen: ChosenPartnerId | undefined): DesiredLink {
  return { kind: 'wanted', partnerId: chosen?.partnerId ?? configured, ...(chosen ? { chosen } : {}) };
}

/** What an operator asks for, before it is an order. */
export interface LinkWish {
  readonly verb: LinkVerb;
  readonly by: string;
  readonly why: string | null;
  /** When a hold ends (ISO instant). */
  readonly until: string | null;
  /** The partner ID to be linked by a relink; null: the settings' one. */
  readonly partnerId: string | null;
  readonly expectedCurrentPartnerId: string | null;
  readonly causeId: string;
}

/** Puts an order in the place of what was desired. One that nobody has carried out yet is given up for it. */
export function placeOrder(will: LinkWill, wish: LinkWish, configured: string, now: Date): LinkWill {
  const before = will.order?.before ?? desiredNow(will.desired, configured, now);
  const { verb, by, why, causeId, expectedCurrentPartnerId } = wish;
  return {
    desired: desiredBy(wish, before, configured),
    order: { verb, by, why, at: now.toISOString(), causeId, expectedCurrentPartnerId, before },
  };
}

function desiredBy(wish: LinkWish, before: DesiredLink, configured: string): DesiredLink {
  const chosen = standingChoice(before, configured);
  switch (wish.verb) {
    case 'unlink':
      return {
        kind: 'held',
        by: wish.by,
        why: wish.why ?? '',
        until: wish.until,
        ...(chosen ? { chosen } : {}),
      };
    case 'restore':
      return wanting(configured, chosen);
    case 'relink': {
      const { partnerId } = wish;
      const other = partnerId !== null && partnerId !== configured;
      return wanting(configured, other ? { partnerId, insteadOf: configured } : undefined);
    }
  }
}

/** The will once its order has come to an end: carried out, it stays as ordered; else it is as it was before. */
export function orderEnded({ desired, order }: LinkWill, carriedOut: boolean): LinkWill {
  return { desired: order && !carriedOut ? order.before : desired, order: null };
}

const OFFBOARDING = 'offboarding';

/**
 * Gives up the link a customer's own tenant has: only ours, and only once. A link an operator holds is left to them.
 */
export function giveUp(will: LinkWill, causeId: string, configured: string, now: Date): LinkWill {
  const desired = desiredNow(will.desired, configured, now);
  if (desired.kind === 'held') return will;
  const why = 'The tenant was offboarded.';
  const wish = { verb: 'unlink', by: OFFBOARDING, why, until: null, partnerId: null, causeId } as const;
  const expectedCurrentPartnerId = desired.partnerId;
  const placed = placeOrder(will, { ...wish, expectedCurrentPartnerId }, configured, now);
  return { ...placed, desired: { ...placed.desired, forOffboarding: true } as DesiredLink };
}

/** A tenant that is ours again wants its own link again. */
export function takeBack(will: LinkWill, configured: string): LinkWill {
  if (will.desired.kind !== 'held' || !will.desired.forOffboarding) return will;
  return { desired: wanting(configured, standingChoice(will.desired, configured)), order: null };
}
