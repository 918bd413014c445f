import { detailOf, withAsked, type Asked } from './asked.ts';
import { orderEnded, partnerIdBehind, type LinkOrder, type LinkWill } from './desired-link.ts';
import { noteOf, type Failure } from './failure.ts';
import { standing, type LinkChange, type LinkReading, type LinkRecord } from './link.ts';
import type { Outcome } from './outcome.ts';

/** What one look at a link came to. */
export interface LinkLook {
  readonly reading: LinkReading;
  readonly outcome: Outcome;
}

/** The row and its change after a look that read the link; `configured` is the partner ID of the settings. */
export function afterLook(
  before: LinkRecord,
  { reading, outcome }: LinkLook,
  { at, causeId, configured }: { readonly at: Date; readonly causeId: string; readonly configured: string },
): { readonly record: LinkRecord; readonly change: LinkChange | null } {
  const now = at.toISOString();
  const failure = outcome.kind === 'failed' ? outcome.failure : null;
  const { will, done } = willAfter(before, outcome);
  const wanted = partnerIdBehind(will.desired, configured);
  const from = before.readAt ? standing(before.observed, wanted) : 'unknown';
  const to = standing(reading, wanted);
  const partnerId = reading?.partnerId ?? null;
  const changed = done || from !== to || before.observed?.partnerId !== reading?.partnerId;
  const version = changed ? before.version + 1 : before.version;
  const record: LinkRecord = {
    ...before,
    ...will,
    observed: reading,
    readAt: now,
    failure: failure ? noteOf(failure, at) : null,
    lastOutcome: outcome.kind,
    version,
    looks: before.looks + 1,
    nextLookAt: failure?.retryAt?.toISOString() ?? null,
    gapSince: to === 'linked' || will.desired.kind === 'held' ? null : (before.gapSince ?? now),
    lease: null,
    asked: askedAfter(before, outcome, at),
  };
  const why = changeOf(done ? before.order : null, causeId);
  return { record, change: changed ? { ...why, version, at: now, from, to, partnerId } : null };
}

/** The row after a look that could not read the link: the last good reading stands, with the failure beside it. */
export function afterFailure(before: LinkRecord, failure: Failure, at: Date): LinkRecord {
  return {
    ...before,
    failure: noteOf(failure, at),
    lastOutcome: 'failed',
    looks: before.looks + 1,
    nextLookAt: failure.retryAt?.toISOString() ?? null,
    lease: null,
    asked: askedAfter(before, { kind: 'failed', failure }, at),
  };
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
