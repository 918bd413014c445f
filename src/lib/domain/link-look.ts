import { detailOf, withAsked, type Asked } from './asked.ts';
import {
  orderEnded,
  partnerIdBehind,
  type DesiredLink,
  type LinkOrder,
  type LinkWill,
} from './desired-link.ts';
import { noteOf, type Failure } from './failure.ts';
import { linkStateOf, standing, type LinkChange, type LinkReading, type LinkRecord } from './link.ts';
import type { Outcome } from './outcome.ts';

/** What one look at a link came to. */
export interface LinkLook {
  /** What was wanted of the link when it was looked at. */
  readonly desired: DesiredLink;
  readonly reading: LinkReading;
  readonly outcome: Outcome;
}

export interface LookContext {
  readonly at: Date;
  readonly causeId: string;
  /** The partner ID of the settings. */
  readonly configured: string;
}

/** The row and its change after a look that read the link. */
export function afterLook(
  before: LinkRecord,
  { desired, reading, outcome }: LinkLook,
  { at, causeId, configured }: LookContext,
): { readonly record: LinkRecord; readonly change: LinkChange | null } {
  const now = at.toISOString();
  const failure = outcome.kind === 'failed' ? outcome.failure : null;
  const { will, done } = willAfter({ desired, order: before.order }, outcome);
  const wanted = partnerIdBehind(will.desired, configured);
  // By what was wanted then: a link that is wrong because the settings name another partner ID now is news too.
  const from = linkStateOf(before, before.order ? wanted : wantedIn(before.desired, configured));
  const to = standing(reading, wanted);
  const partnerId = reading?.partnerId ?? null;
  const regained = before.blindSince !== null;
  const changed = regained || done || from !== to || before.observed?.partnerId !== reading?.partnerId;
  const version = changed ? before.version + 1 : before.version;
  const record: LinkRecord = {
    ...before,
    ...will,
    observed: reading,
    readAt: now,
    failure: failure ? noteOf(failure, at) : null,
    blindSince: null,
    lastOutcome: outcome.kind,
    version,
    looks: before.looks + 1,
    nextLookAt: failure?.retryAt?.toISOString() ?? null,
    gapSince: to === 'linked' || will.desired.kind === 'held' ? null : (before.gapSince ?? now),
    lease: null,
    asked: askedAfter(before, outcome, at),
  };
  const why = changeOf(done ? before.order : null, causeId);
  const sight = regained ? { sight: 'regained' as const } : {};
  return { record, change: changed ? { ...why, ...sight, version, at: now, from, to, partnerId } : null };
}

/**
 * The row after a look that could not read the link: the last good reading stands, with the failure beside it. Being
 * refused is blindness, and a change of its own the first time; other trouble passes, and neither begins nor ends it.
 */
export function afterFailure(
  before: LinkRecord,
  failure: Failure,
  { at, causeId, configured }: LookContext,
): { readonly record: LinkRecord; readonly change: LinkChange | null } {
  const now = at.toISOString();
  const lost = failure.kind === 'denied' && before.blindSince === null;
  const version = lost ? before.version + 1 : before.version;
  const state = linkStateOf(before, partnerIdBehind(before.desired, configured));
  const partnerId = before.observed?.partnerId ?? null;
  const record: LinkRecord = {
    ...before,
    failure: noteOf(failure, at),
    blindSince: lost ? now : before.blindSince,
    lastOutcome: 'failed',
    version,
    looks: before.looks + 1,
    nextLookAt: failure.retryAt?.toISOString() ?? null,
    lease: null,
    asked: askedAfter(before, { kind: 'failed', failure }, at),
  };
  const change = { version, at: now, causeId, from: state, to: state, partnerId, sight: 'lost' as const };
  return { record, change: lost ? change : null };
}

function wantedIn(desired: DesiredLink, configured: string): string {
  return desired.kind === 'wanted' ? desired.partnerId : partnerIdBehind(desired, configured);
}

/** An order ends with the pass that carried it out or did not; one whose pass failed stays for the next. */
function willAfter(
  { desired, order }: LinkWill,
  outcome: Outcome,
): { readonly will: LinkWill; readonly done: boolean } {
  if (!order || outcome.kind === 'failed') return { will: { desired, order }, done: false };
  const done = outcome.kind !== 'refused' && !outcome.kind.startsWith('would-');
  return { will: orderEnded({ desired, order }, done), done };
}

/** A change is the order's that was carried out with it, whichever pass did so. */
function changeOf(order: LinkOrder | null, causeId: string): Pick<LinkChange, 'causeId' | 'order'> {
  if (!order) return { causeId };
  const { verb, by, why } = order;
  return { causeId: order.causeId, order: { verb, by, why } };
}

function askedAfter({ order, asked }: LinkRecord, outcome: Outcome, at: Date): readonly Asked[] {
  // A throttled pass has not come to its end: its copy will answer.
  if (!order || (outcome.kind === 'failed' && outcome.failure.kind === 'throttled')) return asked;
  const { causeId, by } = order;
  return withAsked(asked, {
    causeId,
    by,
    at: at.toISOString(),
    outcome: outcome.kind,
    detail: detailOf(outcome),
  });
}
