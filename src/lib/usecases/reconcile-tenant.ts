import { assess, closeRecord, type Assessment } from '../domain/assessment.ts';
import { detailOf, withAsked } from '../domain/asked.ts';
import { attestationStanding } from '../domain/attestation.ts';
import { desiredNow, type DesiredLink } from '../domain/desired-link.ts';
import { Failure, isConflict, noteOf } from '../domain/failure.ts';
import { latest } from '../domain/gap.ts';
import type { LinkRecord } from '../domain/link.ts';
import { secondLookAt, type SecondLooks } from '../domain/second-look.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Clock, LinkLedger, Queues, SweepLedger, TenantLedger, Versioned } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import { isAsked, linkRequestId, nextCopy, type ReconcileRequest } from '../domain/request.ts';
import { principalFor, rulesFor, type AssessmentRules, type PassRules } from '../domain/pass-rules.ts';
import { sweptAt, type SweepRecord } from '../domain/sweep-record.ts';
import { attendedKindsOf, isByHand, observedKinds, sightsOf } from '../domain/tenant.ts';
import type { Pin, TenantRecord } from '../domain/tenant-record.ts';
import { isTenantExcluded } from '../domain/watch.ts';
import { ask } from './ask.ts';
import { giveUpOwnLink } from './give-up-link.ts';
import { handOver } from './hand-over.ts';
import {
  isRefused,
  restsOnHome,
  lookInTenant,
  lookThroughDelegations,
  NOT_LOOKED,
  worstTrouble,
  type SightDeps,
} from './sights.ts';

export interface ReconcileTenantDeps extends SightDeps, PassRules {
  readonly ledger: TenantLedger;
  readonly links: LinkLedger;
  readonly sweeps: Pick<SweepLedger, 'lastFinished'>;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly secondLooks: SecondLooks;
  /** A link read longer ago than this is looked at again (milliseconds). */
  readonly linkFreshnessMs: number;
  /** Whether the link our service principal has in an offboarded tenant is removed. */
  readonly unlinkOnOffboard: boolean;
}

/**
 * One pass over one tenant: observe its coverage, compare, commit. Throws `Failure` when the look was not complete;
 * what could be seen is committed first, and the failure is noted beside the state, which it never changes.
 */
export function makeReconcileTenant(deps: ReconcileTenantDeps) {
  return async (request: ReconcileRequest): Promise<Outcome> => {
    const came = deps.index.coming();
    try {
      return await pass(deps, request, came);
    } finally {
      came();
    }
  };
}

/** `came` tells the index that this pass has made its look-up, or will not make one. */
async function pass(
  deps: ReconcileTenantDeps,
  request: ReconcileRequest,
  came: () => void,
): Promise<Outcome> {
  const [known, lastSweep] = await Promise.all([deps.ledger.read(request.id), deps.sweeps.lastFinished()]);
  // A hint about a tenant nobody has announced: the sweep adopts what is found, not a single look.
  if (!known) return { kind: 'unchanged' };
  const { registration } = known.record;
  if (registration.offboardedAt) return close(deps, known, lastSweep, request);
  if (isTenantExcluded(deps.watchRules, registration))
    return closeAs('excluded', deps, known, lastSweep, request);

  const principal = principalFor(deps, registration);
  if (!principal && isByHand(registration)) return personOrNothing(deps, known, request);
  if (!principal) {
    const name = registration.facts.principal ?? '';
    // The settings may name it again; parked, each night's look would leave one more message.
    const unknown = new Failure(
      'denied',
      `The tenant asks for the principal “${name}”, which the settings do not name.`,
    );
    const record = inTrouble(known.record, unknown, deps.clock(), sweptAt(known.record, lastSweep));
    await deps.ledger.note(
      known,
      answering(record, request, { kind: 'failed', failure: unknown }, deps.clock()),
    );
    throw unknown;
  }
  // Who asks for a look wants fresh reads, so that pass looks at the link itself.
  if (restsOnHome(known.record) && !isAsked(request)) await askForLink(deps, principal);
  const looking = look(deps, known, lastSweep, rulesFor(deps, principal), request);
  came();
  return looking;
}

async function look(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  lastSweep: SweepRecord | null,
  rules: AssessmentRules,
  request: ReconcileRequest,
): Promise<Outcome> {
  const at = deps.clock();
  const { record: before } = known;
  const kinds = sightsOf(before.registration);
  const [delegated, inTenant] = await Promise.all([
    kinds.includes('lighthouse') ? lookThroughDelegations(deps, before, rules, { request, at }) : NOT_LOOKED,
    kinds.includes('service-principal')
      ? lookInTenant(deps, before, rules.identities.principal, { request, at })
      : NOT_LOOKED,
  ]);
  const ways = { lighthouse: delegated, 'service-principal': inTenant };
  const sights = {
    at,
    causeId: request.cause.id,
    readings: delegated.readings,
    inTenant: inTenant.readings,
    refused: observedKinds.filter((kind) => isRefused(ways[kind])),
  };
  const trouble = worstTrouble(delegated, inTenant);
  const link = isAsked(request) ? (delegated.link ?? inTenant.link) : null;
  const looked = { request, at, trouble, lastSweep, pinned: inTenant.pinned };
  return untilWritten(deps, known, looked, async (current) => {
    const seen = { ...sights, sweptAt: sweptAt(current.record, lastSweep) };
    const assessment = assess(current.record, seen, rules);
    const departures = await handOver(deps, assessment.record.departures);
    const pinned = inTenant.pinned ?? current.record.pinned;
    const record = { ...assessment.record, departures, pinned };
    if (!trouble && !assessment.change && isUncovered(record)) return personOrNothing(deps, current, request);
    const isFind = !restsOnHome(current.record) && restsOnHome(record);
    if (isFind) await askForLink(deps, rules.identities.principal);
    const conclusion = { request, at, sweptAt: seen.sweptAt, link };
    return conclude(deps, current, { ...assessment, record }, trouble, conclusion);
  });
}

/** A tenant in which people link by hand, and no delegation covers anything. */
function isUncovered({ registration, phase }: TenantRecord): boolean {
  return isByHand(registration) && phase !== 'covered';
}

/**
 * The record with a failure beside what it holds. From now on no sweep's word counts for it (see `sweptAt`): so what the
 * last one knew of it is written down, or one failure would make it as old as its row.
 */
function inTrouble(record: TenantRecord, failure: Failure, at: Date, seenAt: string | null): TenantRecord {
  const lastGood = latest(record.lastGood, seenAt);
  return { ...record, lastGood, failure: noteOf(failure, at), lastOutcome: 'failed' };
}

/** The record with the answer to who asked for the look; of any other cause it stays as it is. */
function answering(
  record: TenantRecord,
  request: ReconcileRequest,
  outcome: Outcome,
  at: Date,
): TenantRecord {
  // A throttled pass has not come to its end: its copy will answer.
  const underWay = outcome.kind === 'failed' && outcome.failure.kind === 'throttled';
  if (!isAsked(request) || underWay) return record;
  const { id: causeId, by = null } = request.cause;
  const one = { causeId, by, at: at.toISOString(), outcome: outcome.kind, detail: detailOf(outcome) };
  return { ...record, asked: withAsked(record.asked, one) };
}

/** How often a look is written again at once when somebody else wrote the same tenant in between. */
const WRITE_TRIES = 10;

/** A look that is to be written. */
interface Looked {
  readonly request: ReconcileRequest;
  readonly at: Date;
  readonly trouble: Failure | null;
  readonly lastSweep: SweepRecord | null;
  /** The object whose link it may have made. */
  readonly pinned: Pin | null;
}

/**
 * Writes what a look has shown. Somebody else may have written the tenant meanwhile: then the same look is compared with
 * what is on record now, and where that comes from a later look, ours has nothing to add. Where the tenant was offboarded
 * meanwhile, the pass closes it as one that begins now: it may have made the link again that another has given up.
 */
async function untilWritten(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  { request, at, trouble, lastSweep, pinned }: Looked,
  write: (current: Versioned<TenantRecord>) => Promise<Outcome>,
): Promise<Outcome> {
  let current = known;
  for (let tries = 1; ; tries++) {
    try {
      return await write(current);
    } catch (error) {
      // The look's own trouble passes through; only the ledger's conflict is ours to settle.
      const overtaken = isConflict(error) && error !== trouble;
      if (!overtaken || tries >= WRITE_TRIES) throw error;
    }
    const now = await deps.ledger.read(known.record.registration.tenantId);
    if (!now) return { kind: 'unchanged' };
    if (now.record.registration.offboardedAt) {
      const record = { ...now.record, pinned: pinned ?? now.record.pinned };
      return close(deps, { ...now, record }, lastSweep, request);
    }
    const overtaken = now.record.lastGood !== null && Date.parse(now.record.lastGood) >= at.getTime();
    if (overtaken) return answerOvertaken(deps, now, request);
    current = now;
  }
}

/** A later look stands; who asked for this one is answered all the same. */
async function answerOvertaken(
  deps: ReconcileTenantDeps,
  now: Versioned<TenantRecord>,
  request: ReconcileRequest,
): Promise<Outcome> {
  const outcome = { kind: 'unchanged' } as const;
  if (isAsked(request)) await deps.ledger.note(now, answering(now.record, request, outcome, deps.clock()));
  return outcome;
}

/** What a look is concluded with, beside its assessment. */
interface Conclusion {
  readonly request: ReconcileRequest;
  readonly at: Date;
  /** When a sweep saw the tenant well after its own last good look (ISO instant); null otherwise. */
  readonly sweptAt: string | null;
  /** What came of the link, where an operator asked for the look: the more telling part of the answer. */
  readonly link?: Outcome | null;
}

/** Writes an assessed look. A look in trouble commits what could be seen and notes the trouble beside it, and throws it. */
async function conclude(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  assessment: Assessment,
  trouble: Failure | null,
  conclusion: Conclusion,
): Promise<Outcome> {
  const { request, at, sweptAt: seenAt } = conclusion;
  if (!trouble) {
    const outcome = await settle(deps, known, assessment, conclusion);
    await lookAgain(deps, assessment.record, request, at);
    return outcome;
  }
  const failed = inTrouble(assessment.record, trouble, at, seenAt);
  const noted = answering(failed, request, { kind: 'failed', failure: trouble }, at);
  await write(deps, known, { ...assessment, record: noted });
  if (trouble.kind === 'denied') await lookAgain(deps, noted, request, at);
  throw trouble;
}

/** Writes a good look; one that shows nothing new only refreshes the age of the record. */
async function settle(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  assessment: Assessment,
  { request, at, link = null }: Omit<Conclusion, 'sweptAt'>,
): Promise<Outcome> {
  const kind = assessment.change ? 'assessed' : 'unchanged';
  const outcome: Outcome = link && link.kind !== 'unchanged' ? link : { kind };
  const settled = { ...assessment.record, failure: null, lastOutcome: kind } as const;
  await write(deps, known, { ...assessment, record: answering(settled, request, outcome, at) });
  return outcome;
}

async function write(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  assessment: Assessment,
): Promise<void> {
  if (assessment.change) await deps.ledger.commit(known, assessment);
  else await deps.ledger.note(known, assessment.record);
}

/** While a tenant is new, a delegation may still be on its way: look again with growing pauses. */
async function lookAgain(
  deps: ReconcileTenantDeps,
  record: TenantRecord,
  request: ReconcileRequest,
  now: Date,
): Promise<void> {
  const at = secondLookAt(record, deps.secondLooks, now);
  if (at) await ask(deps.queues, { ...nextCopy(request, false), attempt: 0, since: at.toISOString() }, at);
}

/** Closes the record: gaps end, and what was seen stays. */
async function closeAs(
  phase: 'closed' | 'excluded',
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  lastSweep: SweepRecord | null,
  request: ReconcileRequest,
): Promise<Outcome> {
  const at = deps.clock();
  const look = { at, causeId: request.cause.id, sweptAt: sweptAt(known.record, lastSweep) };
  return settle(deps, known, closeRecord(known.record, look, phase), { request, at });
}

/** Closes the record; then, where policy says so, the link our service principal has in the tenant itself is given up. */
async function close(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  lastSweep: SweepRecord | null,
  request: ReconcileRequest,
): Promise<Outcome> {
  const outcome = await closeAs('closed', deps, known, lastSweep, request);
  const removed = deps.unlinkOnOffboard ? await giveUpOwnLink(deps, known.record, request) : null;
  return removed ?? outcome;
}

/** Nothing a pass can look at: unless somebody attests to the link, a person has to act; said without a version. */
async function personOrNothing(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  request: ReconcileRequest,
): Promise<Outcome> {
  const { registration, attestations } = known.record;
  const wanted = principalFor(deps, registration)?.wantedPartnerId ?? null;
  const attested = attestationStanding(attestations, wanted, deps.clock()) === 'valid';
  const kind = attendedKindsOf(registration).length > 0 && !attested ? 'needs-person' : 'unchanged';
  if (known.record.lastOutcome !== kind || known.record.failure || isAsked(request)) {
    const record = { ...known.record, failure: null, lastOutcome: kind } as const;
    await deps.ledger.note(known, answering(record, request, { kind }, deps.clock()));
  }
  return { kind };
}

/**
 * Asks for a look at the principal's link when its last look is too old. All tenants that ask within one window,
 * since the same last look, ask under one id: one link pass for all of them.
 */
async function askForLink(deps: ReconcileTenantDeps, principal: Principal): Promise<void> {
  const now = deps.clock();
  const link = { tenantId: principal.homeTenantId, objectId: principal.objectId };
  const known = (await deps.links.read(link.tenantId, link.objectId))?.record;
  if (known && wasLookedAtLately(deps, known, principal, now)) return;
  if (known?.nextLookAt && Date.parse(known.nextLookAt) > now.getTime()) return;

  const window = Math.floor(now.getTime() / deps.linkFreshnessMs);
  await ask(deps.queues, {
    subject: 'link',
    id: linkRequestId(link),
    cause: { kind: 'tenant-pass', id: `w${window}-${known?.looks ?? 0}-${principal.wantedPartnerId}` },
    attempt: 0,
    hop: 0,
    since: now.toISOString(),
  });
}

/**
 * Whether a look at a link would tell nothing new yet. One that failed comes again by a copy of its own; one that was
 * denied does not, and is looked at again as a new tenant would be: after a pause, not for every tenant that rests on it.
 */
function wasLookedAtLately(
  { linkFreshnessMs, secondLooks }: ReconcileTenantDeps,
  { readAt, failure, desired }: LinkRecord,
  { wantedPartnerId }: Principal,
  now: Date,
): boolean {
  const lastLook = failure?.at ?? readAt;
  const countsMs = failure?.kind === 'denied' ? secondLooks.firstPauseMs : linkFreshnessMs;
  if (lastLook === null || Date.parse(lastLook) <= now.getTime() - countsMs) return false;
  return failure !== null || wantsTheSame(desired, desiredNow(desired, wantedPartnerId, now));
}

/** Whether what is on record is still what is wanted: a hold may have ended, or the settings name another partner ID. */
function wantsTheSame(onRecord: DesiredLink, now: DesiredLink): boolean {
  if (onRecord.kind === 'held' || now.kind === 'held') return onRecord.kind === now.kind;
  return onRecord.partnerId === now.partnerId;
}
