/** What each way of access shows of a tenant: through the delegations, and in the tenant itself. */
import { Failure } from '../domain/failure.ts';
import { homeIdentity, type LinkIdentity } from '../domain/link.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { AssessmentRules } from '../domain/pass-rules.ts';
import type { Principal } from '../domain/principal.ts';
import type { Reading } from '../domain/reading.ts';
import { isAsked, mayTellOfReturn, type ReconcileRequest } from '../domain/request.ts';
import { observedKindsOf } from '../domain/tenant.ts';
import { coveredThrough, expectedObjectId, type Pin, type TenantRecord } from '../domain/tenant-record.ts';
import type { LookAtLink } from './look-at-link.ts';
import type { NoteSight } from './note-sight.ts';
import { observeCoverage, type ObserveCoverageDeps } from './observe-coverage.ts';
import { observeInTenant, type ObserveInTenantDeps } from './observe-in-tenant.ts';

export interface SightDeps extends ObserveCoverageDeps, ObserveInTenantDeps {
  readonly lookAtLink: LookAtLink;
  readonly noteSight: NoteSight;
}

/** What one way of access showed. A failure of the whole way, or of its link, stands beside what could be read. */
export interface Sight {
  /** Null where nobody looked, or nobody could. */
  readonly readings: readonly Reading[] | null;
  readonly failures: readonly Failure[];
  /** The object that proved good for use; null where none did, or none is needed. */
  readonly pinned: Pin | null;
  /** What a look at the link of that way came to; null where there was none, or another pass is at it. */
  readonly link: Outcome | null;
}

export const NOT_LOOKED: Sight = { readings: null, failures: [], pinned: null, link: null };

/** Whether a way of access was refused before it could show anything, and no other trouble came between. */
export function isRefused({ readings, failures }: Sight): boolean {
  return readings === null && failures.length > 0 && failures.every(({ kind }) => kind === 'denied');
}

/** Looks through the delegations; where an operator asked for the look, at the link they rest on as well. */
export async function lookThroughDelegations(
  deps: SightDeps,
  record: TenantRecord,
  rules: AssessmentRules,
  { request, at }: { readonly request: ReconcileRequest; readonly at: Date },
): Promise<Sight> {
  const [link, coverage] = await Promise.all([
    isAsked(request) && restsOnHome(record)
      ? attempt(() => lookAtHome(deps, rules.identities.principal, request))
      : null,
    attempt(() =>
      observeCoverage(deps, coveredThrough(record, 'lighthouse'), rules, {
        now: at,
        rereadGone: mayTellOfReturn(request),
      }),
    ),
  ]);
  await noteSightOf(deps, coverage, record, { at, causeId: request.cause.id });
  const failures = [...(link?.failures ?? []), ...coverage.failures];
  return { readings: coverage.value, failures, pinned: null, link: link?.value ?? null };
}

/** The link at home is looked at for who rests on it: who is to come by Lighthouse, or is covered by it unannounced. */
export function restsOnHome(record: TenantRecord): boolean {
  const isAnnounced = observedKindsOf(record.registration).includes('lighthouse');
  return isAnnounced || record.scopes.some(({ coveredBy }) => coveredBy.includes('lighthouse'));
}

/**
 * The index is the observer's alone: where it refuses, no customer can be looked at. That it works again is noted by the
 * next good look at a tenant that was in trouble; no other look need ask.
 */
async function noteSightOf(
  { noteSight }: SightDeps,
  coverage: { readonly value: unknown; readonly failures: readonly Failure[] },
  { failure: before }: TenantRecord,
  look: { readonly at: Date; readonly causeId: string },
): Promise<void> {
  const refusal = coverage.failures.find(({ kind }) => kind === 'denied');
  if (refusal) await noteSight(refusal, look);
  else if (coverage.value && before) await noteSight(null, look);
}

/** A fresh look at the link every Lighthouse customer rests on. While another pass is at it, this one comes back. */
async function lookAtHome(
  deps: SightDeps,
  principal: Principal,
  request: ReconcileRequest,
): Promise<Outcome> {
  const outcome = await deps.lookAtLink(homeIdentity(principal), request);
  if (outcome.kind !== 'leased') return outcome;
  throw new Failure('throttled', 'Another pass holds the lease of this link.', { retryAt: outcome.retryAt });
}

/**
 * Looks at a tenant in which our application has a service principal: whose token it is, then that identity's link and
 * its roles, with the one token. A token of another object than expected ends the look before anything is sent with it.
 * Where another pass is looking at the link, this one leaves it to that.
 */
export async function lookInTenant(
  deps: SightDeps,
  record: TenantRecord,
  principal: Principal,
  { request, at }: { readonly request: ReconcileRequest; readonly at: Date },
): Promise<Sight> {
  const found = await attempt(() => identify(deps, record, principal));
  const identity = found.value;
  if (!identity) return { ...NOT_LOOKED, failures: found.failures };
  const [link, coverage] = await Promise.all([
    attempt(() => deps.lookAtLink(identity, request, 'ours')),
    attempt(() => observeInTenant(deps, identity, coveredThrough(record, 'service-principal'), at)),
  ]);
  const linked = link.value && link.value.kind !== 'leased' ? link.value : null;
  return {
    readings: coverage.value,
    failures: [...link.failures, ...coverage.failures],
    // Pinned once Azure has shown this object's link or its subscriptions: that is a good use.
    pinned: linked || coverage.value ? pinOf(identity) : null,
    link: linked,
  };
}

function pinOf({ objectId, principal: { name, applicationId } }: LinkIdentity): Pin {
  return { principal: name, applicationId, objectId };
}

async function identify(deps: SightDeps, record: TenantRecord, principal: Principal): Promise<LinkIdentity> {
  const { tenantId } = record.registration;
  const expected = expectedObjectId(record, principal);
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

const SEVERITY = ['throttled', 'unavailable', 'conflict', 'unexpected', 'rejected', 'denied'];

function troubleIn({ readings, failures }: Sight): readonly Failure[] {
  const unreadable = (readings ?? []).flatMap((reading) =>
    reading.kind === 'unreadable' ? [reading.failure] : [],
  );
  return [...failures, ...unreadable];
}

/** The trouble of some looks; of several failures the one that is worth another try first. */
export function worstTrouble(...sights: readonly Sight[]): Failure | null {
  const [first] = sights
    .flatMap(troubleIn)
    .toSorted(
      (a, b) =>
        SEVERITY.indexOf(a.kind) - SEVERITY.indexOf(b.kind) ||
        (b.retryAt?.getTime() ?? 0) - (a.retryAt?.getTime() ?? 0),
    );
  return first ?? null;
}
