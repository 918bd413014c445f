import { assess, closeRecord, type Assessment } from '../domain/assessment.ts';
import { attestationStanding } from '../domain/attestation.ts';
import { Failure, noteOf } from '../domain/failure.ts';
import type { LinkIdentity } from '../domain/link.ts';
import { secondLookAt, type SecondLooks } from '../domain/second-look.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Clock, LinkLedger, Queues, SweepLedger, TenantLedger, Versioned } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import { linkRequestId, nextCopy, type ReconcileRequest } from '../domain/request.ts';
import { principalFor, rulesFor, type AssessmentRules, type PassRules } from '../domain/pass-rules.ts';
import type { Reading } from '../domain/reading.ts';
import { sweptAt, type SweepRecord } from '../domain/sweep-record.ts';
import { attendedKindsOf, observedKindsOf } from '../domain/tenant.ts';
import { coveredThrough, expectedObjectId, type TenantRecord } from '../domain/tenant-record.ts';
import { ask } from './ask.ts';
import { observeCoverage, type ObserveCoverageDeps } from './observe-coverage.ts';
import { observeInTenant, type ObserveInTenantDeps } from './observe-in-tenant.ts';
import type { LookAtLink } from './reconcile-link.ts';

export interface ReconcileTenantDeps extends ObserveCoverageDeps, ObserveInTenantDeps, PassRules {
  readonly lookAtLink: LookAtLink;
  readonly ledger: TenantLedger;
  readonly links: LinkLedger;
  readonly sweeps: Pick<SweepLedger, 'lastFinished'>;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly secondLooks: SecondLooks;
  /** A link read longer ago than this is looked at again (milliseconds). */
  readonly linkFreshnessMs: number;
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
  if (registration.offboardedAt) {
    const closing = {
      at: deps.clock(),
      causeId: request.cause.id,
      sweptAt: sweptAt(known.record, lastSweep),
    };
    return settle(deps, known, closeRecord(known.record, closing));
  }
  const kinds = observedKindsOf(registration);
  if (kinds.length === 0) return personOrNothing(deps, known);

  const principal = principalFor(deps, registration.facts.principal);
  if (!principal) {
    const name = registration.facts.principal ?? '';
    const unknown = new Failure(
      'rejected',
      `The tenant asks for the principal “${name}”, which the settings do not name.`,
    );
    const failure = noteOf(unknown, deps.clock());
    await deps.ledger.note(known, { ...known.record, failure, lastOutcome: 'failed' });
    throw unknown;
  }
  if (kinds.includes('lighthouse')) await askForLink(deps, principal, request);
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
  const kinds = observedKindsOf(before.registration);
  const [delegated, inTenant] = await Promise.all([
    kinds.includes('lighthouse') ? observeDelegated(deps, before, rules, at) : NOT_LOOKED,
    kinds.includes('service-principal')
      ? lookInTenant(deps, before, rules.identities.principal, request)
      : NOT_LOOKED,
  ]);
  const sights = { at, causeId: request.cause.id, readings: delegated.readings, inTenant: inTenant.readings };
  const trouble = worstOf([...troubleIn(delegated), ...troubleIn(inTenant)]);
  return untilWritten(deps, known, { at, trouble }, (current) => {
    const seen = { ...sights, sweptAt: sweptAt(current.record, lastSweep) };
    const assessment = assess(current.record, seen, rules);
    const record = { ...assessment.record, pinned: inTenant.pinned ?? current.record.pinned };
    return conclude(deps, current, { ...assessment, record }, trouble, { request, at });
  });
}

/** How often a look is written again at once when somebody else wrote the same tenant in between. */
const WRITE_TRIES = 10;

/**
 * Writes what a look has shown. Somebody else may have written the tenant meanwhile: then the same look is compared with
 * what is on record now, and where that comes from a later look, ours has nothing to add.
 */
async function untilWritten(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  { at, trouble }: { readonly at: Date; readonly trouble: Failure | null },
  write: (current: Versioned<TenantRecord>) => Promise<Outcome>,
): Promise<Outcome> {
  let current = known;
  for (let tries = 1; ; tries++) {
    try {
      return await write(current);
    } catch (error) {
      // The look's own trouble passes through; only the ledger's conflict is ours to settle.
      const overtaken = error instanceof Failure && error.kind === 'conflict' && error !== trouble;
      if (!overtaken || tries >= WRITE_TRIES) throw error;
    }
    const now = await deps.ledger.read(known.record.registration.tenantId);
    if (!now || now.record.registration.offboardedAt) return { kind: 'unchanged' };
    if (now.record.lastGood !== null && Date.parse(now.record.lastGood) >= at.getTime())
      return { kind: 'unchanged' };
    current = now;
  }
}

/** Writes an assessed look. A look in trouble commits what could be seen and notes the trouble beside it, and throws it. */
async function conclude(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  assessment: Assessment,
  trouble: Failure | null,
  { request, at }: { readonly request: ReconcileRequest; readonly at: Date },
): Promise<Outcome> {
  if (!trouble) {
    const outcome = await settle(deps, known, assessment);
    await lookAgain(deps, assessment.record, request, at);
    return outcome;
  }
  const noted = { ...assessment.record, failure: noteOf(trouble, at), lastOutcome: 'failed' as const };
  await write(deps, known, { ...assessment, record: noted });
  if (trouble.kind === 'denied') await lookAgain(deps, noted, request, at);
  throw trouble;
}

/** What one way of access showed. A failure of the whole way, or of its link, stands beside what could be read. */
interface Sight {
  /** Null where nobody looked, or nobody could. */
  readonly readings: readonly Reading[] | null;
  readonly failures: readonly Failure[];
  /** The object that proved good for use; null where none did, or none is needed. */
  readonly pinned: TenantRecord['pinned'];
}

const NOT_LOOKED: Sight = { readings: null, failures: [], pinned: null };

async function observeDelegated(
  deps: ReconcileTenantDeps,
  record: TenantRecord,
  rules: AssessmentRules,
  at: Date,
): Promise<Sight> {
  const { value, failures } = await attempt(() =>
    observeCoverage(deps, coveredThrough(record, 'lighthouse'), rules, at),
  );
  return { readings: value, failures, pinned: null };
}

/**
 * Looks at a tenant in which our application has a service principal: whose token it is, then that identity's link and
 * its roles, with the one token. A token of another object than expected ends the look before anything is sent with it.
 * Where another pass is looking at the link, this one leaves it to that.
 */
async function lookInTenant(
  deps: ReconcileTenantDeps,
  record: TenantRecord,
  principal: Principal,
  request: ReconcileRequest,
): Promise<Sight> {
  const found = await attempt(() => identify(deps, record, principal));
  const identity = found.value;
  if (!identity) return { ...NOT_LOOKED, failures: found.failures };
  const [link, coverage] = await Promise.all([
    attempt(() => deps.lookAtLink(identity, request)),
    attempt(() => observeInTenant(deps, identity, coveredThrough(record, 'service-principal'))),
  ]);
  return {
    readings: coverage.value,
    failures: [...link.failures, ...coverage.failures],
    // Pinned once Azure has shown this object's link or its subscriptions: that is a good use.
    pinned: link.value || coverage.value ? { principal: principal.name, objectId: identity.objectId } : null,
  };
}

async function identify(
  deps: ReconcileTenantDeps,
  record: TenantRecord,
  principal: Principal,
): Promise<LinkIdentity> {
  const { tenantId } = record.registration;
  const expected = expectedObjectId(record, principal.name);
  const objectId = await deps.tenantEstate.objectIdOf(principal, tenantId, expected);
  if (expected === null || expected === objectId) return { tenantId, objectId, principal };
  const who = record.registration.facts.servicePrincipalObjectId ? 'the onboarding event names' : 'it was';
  throw new Failure(
    'denied',
    `In tenant ${tenantId} the application of “${principal.name}” is object ${objectId}, but ${who} ${expected}. Nothing was sent with its token. Where the application was consented to anew, an event with servicePrincipalObjectId says so.`,
  );
}

/** A result, or the failure in its place. Defects are thrown. */
async function attempt<T>(
  look: () => Promise<T>,
): Promise<{ readonly value: T | null; readonly failures: readonly Failure[] }> {
  try {
    return { value: await look(), failures: [] };
  } catch (error) {
    if (error instanceof Failure) return { value: null, failures: [error] };
    throw error;
  }
}

/** Writes a good look; one that shows nothing new only refreshes the age of the record. */
async function settle(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  assessment: Assessment,
): Promise<Outcome> {
  const kind = assessment.change ? 'assessed' : 'unchanged';
  await write(deps, known, {
    ...assessment,
    record: { ...assessment.record, failure: null, lastOutcome: kind },
  });
  return { kind };
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

/** Access that no pass can look at: unless somebody attests to it, a person has to act; said without a version. */
async function personOrNothing(deps: ReconcileTenantDeps, known: Versioned<TenantRecord>): Promise<Outcome> {
  const { registration, attestations } = known.record;
  const wanted = principalFor(deps, registration.facts.principal)?.wantedPartnerId ?? null;
  const attested = attestationStanding(attestations, wanted, deps.clock()) === 'valid';
  const kind = attendedKindsOf(registration).length > 0 && !attested ? 'needs-person' : 'unchanged';
  if (known.record.lastOutcome !== kind)
    await deps.ledger.note(known, { ...known.record, lastOutcome: kind });
  return { kind };
}

/**
 * Asks for a look at the principal's link when its last good read is too old. All tenants that ask within one window,
 * since the same last look, ask under one id: one link pass for all of them.
 */
async function askForLink(
  deps: ReconcileTenantDeps,
  principal: Principal,
  request: ReconcileRequest,
): Promise<void> {
  const now = deps.clock();
  const link = { tenantId: principal.homeTenantId, objectId: principal.objectId };
  const known = (await deps.links.read(link.tenantId, link.objectId))?.record;
  const oldest = now.getTime() - deps.linkFreshnessMs;
  const fresh = known?.readAt && !known.failure && Date.parse(known.readAt) > oldest;
  const wantedNow = known?.desired.kind === 'held' || known?.desired.partnerId === principal.wantedPartnerId;
  if (fresh && wantedNow) return;
  if (known?.nextLookAt && Date.parse(known.nextLookAt) > now.getTime()) return;

  const window = Math.floor(now.getTime() / deps.linkFreshnessMs);
  await ask(deps.queues, {
    subject: 'link',
    id: linkRequestId(link),
    cause: { kind: 'tenant-pass', id: `w${window}-${known?.looks ?? 0}-${principal.wantedPartnerId}` },
    attempt: 0,
    hop: 0,
    since: request.cause.kind === 'operator' ? request.since : now.toISOString(),
  });
}

const SEVERITY = ['throttled', 'unavailable', 'conflict', 'unexpected', 'rejected', 'denied'];

function troubleIn({ readings, failures }: Sight): readonly Failure[] {
  const unreadable = (readings ?? []).flatMap((reading) =>
    reading.kind === 'unreadable' ? [reading.failure] : [],
  );
  return [...failures, ...unreadable];
}

/** Of several failures the one that is worth another try first. */
function worstOf(failures: readonly Failure[]): Failure | null {
  const [first] = failures.toSorted(
    (a, b) =>
      SEVERITY.indexOf(a.kind) - SEVERITY.indexOf(b.kind) ||
      (b.retryAt?.getTime() ?? 0) - (a.retryAt?.getTime() ?? 0),
  );
  return first ?? null;
}
