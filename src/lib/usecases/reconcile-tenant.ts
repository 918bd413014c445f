import {
  assess,
  closeRecord,
  type Assessment,
  type AssessmentRules,
  type Reading,
} from '../domain/assessment.ts';
import { Failure, noteOf } from '../domain/failure.ts';
import { secondLookAt, type SecondLooks } from '../domain/second-look.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Clock, LinkLedger, Queues, TenantLedger, Versioned } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import { linkRequestId, nextCopy, type ReconcileRequest } from '../domain/request.ts';
import { principalFor, rulesFor, type PassRules } from '../domain/pass-rules.ts';
import { accessKindsOf } from '../domain/tenant.ts';
import type { TenantRecord } from '../domain/tenant-record.ts';
import { ask } from './ask.ts';
import { observeCoverage, type ObserveCoverageDeps } from './observe-coverage.ts';

export interface ReconcileTenantDeps extends ObserveCoverageDeps, PassRules {
  readonly ledger: TenantLedger;
  readonly links: LinkLedger;
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
    const known = await deps.ledger.read(request.id);
    // A hint about a tenant nobody has announced: the sweep adopts what is found, not a single look.
    if (!known) return { kind: 'unchanged' };
    const { registration } = known.record;
    if (registration.offboardedAt) {
      return settle(deps, known, closeRecord(known.record, deps.clock(), request.cause.id));
    }
    if (!accessKindsOf(registration).includes('lighthouse')) return personOrNothing(deps, known);

    const principal = principalFor(deps, registration.facts.principal);
    if (!principal) {
      const name = registration.facts.principal ?? '';
      const unknown = new Failure(
        'rejected',
        `The tenant asks for the principal “${name}”, which the settings do not name.`,
      );
      await noteFailure(deps, known, unknown, request);
      throw unknown;
    }
    await askForLink(deps, principal, request);
    return look(deps, known, rulesFor(deps, principal), request);
  };
}

async function look(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  rules: AssessmentRules,
  request: ReconcileRequest,
): Promise<Outcome> {
  const at = deps.clock();
  let readings: Reading[];
  try {
    readings = await observeCoverage(deps, known.record, rules, at);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    await noteFailure(deps, known, error, request);
    throw error;
  }
  const assessment = assess(known.record, { at, causeId: request.cause.id, readings }, rules);
  const trouble = worstOf(readings);
  if (!trouble) {
    const outcome = await settle(deps, known, assessment);
    await lookAgain(deps, assessment.record, request, at);
    return outcome;
  }
  const record = { ...assessment.record, failure: noteOf(trouble, at), lastOutcome: 'failed' as const };
  await write(deps, known, { ...assessment, record });
  if (trouble.kind === 'denied') await lookAgain(deps, record, request, at);
  throw trouble;
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

async function noteFailure(
  deps: ReconcileTenantDeps,
  known: Versioned<TenantRecord>,
  failure: Failure,
  request: ReconcileRequest,
): Promise<void> {
  const record = { ...known.record, failure: noteOf(failure, deps.clock()), lastOutcome: 'failed' as const };
  await deps.ledger.note(known, record);
  if (failure.kind === 'denied') await lookAgain(deps, record, request, deps.clock());
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

/** Access that no pass can look at: a person has to act, and the record says so without a version. */
async function personOrNothing(deps: ReconcileTenantDeps, known: Versioned<TenantRecord>): Promise<Outcome> {
  const attended = accessKindsOf(known.record.registration).some((kind) => kind !== 'csp-aobo');
  const kind = attended ? 'needs-person' : 'unchanged';
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

/** Of several failures the one that is worth another try first. */
function worstOf(readings: readonly Reading[]): Failure | null {
  const failures = readings.flatMap((reading) => (reading.kind === 'unreadable' ? [reading.failure] : []));
  const [first] = failures.sort(
    (a, b) =>
      SEVERITY.indexOf(a.kind) - SEVERITY.indexOf(b.kind) ||
      (b.retryAt?.getTime() ?? 0) - (a.retryAt?.getTime() ?? 0),
  );
  return first ?? null;
}
