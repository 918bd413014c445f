import { Failure, noteOf } from '../domain/failure.ts';
import {
  decideLink,
  homeIdentity,
  newLinkRecord,
  standing,
  type LinkChange,
  type LinkDecision,
  type LinkIdentity,
  type LinkReading,
  type LinkRecord,
  type LinkRules,
} from '../domain/link.ts';
import type { Log } from '../domain/log.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Clock, LinkLedger, PartnerLinks, Versioned } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import { linkOfRequest, messageIdOf, type ReconcileRequest } from '../domain/request.ts';

export interface LookAtLinkDeps {
  readonly links: LinkLedger;
  readonly partnerLinks: PartnerLinks;
  readonly rules: LinkRules;
  readonly clock: Clock;
  readonly log: Log;
  /** Longer than read, write and read-back together (milliseconds). */
  readonly leaseMs: number;
}

/** How soon to come back for a lease that somebody holds: a pass takes seconds, its lease lasts longer. */
const LEASE_PAUSE_MS = 2_000;

/** What one look at a link came to. */
interface Look {
  readonly reading: LinkReading;
  readonly outcome: Outcome;
}

/** Another pass is looking at the link right now, and will tell of it. */
export interface Leased {
  readonly kind: 'leased';
  /** When to look again, for who has to. */
  readonly retryAt: Date;
}

/** Looks at the link of one identity, on behalf of a request, which becomes the owner of the lease. */
export type LookAtLink = (identity: LinkIdentity, request: ReconcileRequest) => Promise<Outcome | Leased>;

/**
 * One look at one link: take the lease, read, decide, write where that is allowed, read back, record. Under the lease
 * exactly one worker reads and writes, however many tenants asked. Throws `Failure`; a failure of ARM is noted on the
 * link's row first, and the lease is given back.
 */
export function makeLookAtLink(deps: LookAtLinkDeps): LookAtLink {
  return async (identity, request) => {
    const leased = await takeLease(deps, identity, messageIdOf(request));
    if ('kind' in leased) return leased;
    const outcome = await underLease(deps, identity, leased, request);
    if (outcome.kind === 'failed') throw outcome.failure;
    return outcome;
  };
}

async function underLease(
  deps: LookAtLinkDeps,
  identity: LinkIdentity,
  leased: Versioned<LinkRecord>,
  request: ReconcileRequest,
): Promise<Outcome> {
  try {
    const look = await lookAndAct(deps, identity, leased.record);
    await record(deps, leased, identity.principal, look, request.cause.id);
    return look.outcome;
  } catch (error) {
    if (error instanceof Failure) await noteFailure(deps, leased, error);
    throw error;
  }
}

export interface ReconcileLinkDeps {
  readonly links: LinkLedger;
  readonly principals: readonly Principal[];
  readonly lookAtLink: LookAtLink;
}

/** One pass over the link a request names. Throws as a look at a link, and `rejected` for an identity nobody knows. */
export function makeReconcileLink(deps: ReconcileLinkDeps) {
  return async (request: ReconcileRequest): Promise<Outcome> => {
    const outcome = await deps.lookAtLink(await identityOf(deps, request), request);
    if (outcome.kind !== 'leased') return outcome;
    throw new Failure('throttled', 'Another pass holds the lease of this link.', {
      retryAt: outcome.retryAt,
    });
  };
}

/** A principal of the settings in its home tenant, or an identity in a customer's tenant that has a link on record. */
async function identityOf(deps: ReconcileLinkDeps, request: ReconcileRequest): Promise<LinkIdentity> {
  const { tenantId, objectId } = linkOfRequest(request.id);
  const home = deps.principals.find((p) => p.objectId === objectId && p.homeTenantId === tenantId);
  if (home) return homeIdentity(home);
  const known = await deps.links.read(tenantId, objectId);
  const principal = deps.principals.find(({ name }) => name === known?.record.principal);
  if (principal && principal.homeTenantId !== tenantId) return { tenantId, objectId, principal };
  throw new Failure(
    'rejected',
    `No principal of the configuration has the object id ${objectId} in tenant ${tenantId}.`,
  );
}

async function takeLease(
  deps: LookAtLinkDeps,
  { tenantId, objectId, principal }: LinkIdentity,
  owner: string,
): Promise<Versioned<LinkRecord> | Leased> {
  const now = deps.clock();
  const link = { tenantId, objectId, principal: principal.name };
  const known = (await deps.links.read(link.tenantId, link.objectId)) ?? {
    record: newLinkRecord(link, principal.wantedPartnerId),
    etag: null,
  };
  const { lease, nextLookAt } = known.record;
  // A redelivery of the same message takes its own lease over; anybody else waits until it runs out.
  if (lease && lease.owner !== owner && Date.parse(lease.until) > now.getTime()) {
    const retryAt = new Date(Math.min(Date.parse(lease.until), now.getTime() + LEASE_PAUSE_MS));
    return { kind: 'leased', retryAt };
  }
  if (nextLookAt && known.record.failure?.kind === 'throttled' && Date.parse(nextLookAt) > now.getTime()) {
    throw new Failure('throttled', 'Azure has asked to wait before this link is read.', {
      retryAt: new Date(nextLookAt),
    });
  }
  const until = new Date(now.getTime() + deps.leaseMs).toISOString();
  const desired =
    known.record.desired.kind === 'held'
      ? known.record.desired
      : { kind: 'wanted' as const, partnerId: principal.wantedPartnerId };
  return deps.links.claim(known, { ...known.record, desired, lease: { owner, until } });
}

async function lookAndAct(deps: LookAtLinkDeps, identity: LinkIdentity, link: LinkRecord): Promise<Look> {
  const reading = await deps.partnerLinks.read(identity);
  const decision = decideLink(reading, link.desired, deps.rules);
  switch (decision.do) {
    case 'nothing':
      return { reading, outcome: { kind: 'unchanged' } };
    case 'refuse':
      return { reading, outcome: { kind: 'refused', reason: decision.reason } };
    case 'say':
      return {
        reading,
        outcome: { kind: decision.outcome, notChecked: ['whether Azure accepts the partner ID'] },
      };
    case 'create':
    case 'replace':
      return write(deps, identity, decision, reading);
  }
}

type Write = Extract<LinkDecision, { do: 'create' | 'replace' }>;

/**
 * A write is judged by a fresh read: an error may have come after the write, and a success may not have held. The
 * reading before a write that certainly did not happen stands, beside the failure.
 */
async function write(
  deps: LookAtLinkDeps,
  identity: LinkIdentity,
  decision: Write,
  before: LinkReading,
): Promise<Look> {
  const { partnerId } = decision;
  let trouble: Failure | null = null;
  try {
    const result = await deps.partnerLinks[decision.do](identity, partnerId);
    deps.log.info('link.written', { principal: identity.principal.name, how: decision.do, result });
    if (result === 'partner-id-invalid') {
      const reading = await deps.partnerLinks.read(identity);
      return { reading, outcome: { kind: 'refused', reason: 'partner-id-invalid' } };
    }
  } catch (error) {
    // 429 and a wrong identity come before any write.
    if (!(error instanceof Failure)) throw error;
    if (error.kind === 'throttled' || error.kind === 'denied') {
      return { reading: before, outcome: { kind: 'failed', failure: error } };
    }
    trouble = error;
  }
  const reading = await deps.partnerLinks.read(identity);
  if (reading && standing(reading, partnerId) === 'linked') {
    return { reading, outcome: { kind: decision.do === 'create' ? 'linked' : 'relinked' } };
  }
  const failure =
    trouble ??
    new Failure('unavailable', 'Azure accepted the link, but a read right after it does not show it.');
  return { reading, outcome: { kind: 'failed', failure } };
}

async function record(
  deps: LookAtLinkDeps,
  leased: Versioned<LinkRecord>,
  principal: Principal,
  look: Look,
  causeId: string,
): Promise<void> {
  const at = deps.clock().toISOString();
  const before = leased.record;
  const wanted = before.desired.kind === 'wanted' ? before.desired.partnerId : principal.wantedPartnerId;
  const from = before.readAt ? standing(before.observed, wanted) : 'unknown';
  const to = standing(look.reading, wanted);
  const changed = from !== to || before.observed?.partnerId !== look.reading?.partnerId;
  const version = changed ? before.version + 1 : before.version;
  const change: LinkChange | null = changed
    ? { version, at, causeId, from, to, partnerId: look.reading?.partnerId ?? null }
    : null;
  const failure = look.outcome.kind === 'failed' ? look.outcome.failure : null;
  const after: LinkRecord = {
    ...before,
    observed: look.reading,
    readAt: at,
    failure: failure ? noteOf(failure, deps.clock()) : null,
    lastOutcome: look.outcome.kind,
    version,
    looks: before.looks + 1,
    nextLookAt: failure?.retryAt?.toISOString() ?? null,
    gapSince: to === 'linked' || before.desired.kind === 'held' ? null : (before.gapSince ?? at),
    lease: null,
  };
  await deps.links.write(leased, after, change);
}

/** Notes the failure beside the last good reading, which stands, and gives the lease back. */
async function noteFailure(
  deps: LookAtLinkDeps,
  leased: Versioned<LinkRecord>,
  failure: Failure,
): Promise<void> {
  await deps.links.write(
    leased,
    {
      ...leased.record,
      failure: noteOf(failure, deps.clock()),
      lastOutcome: 'failed',
      looks: leased.record.looks + 1,
      nextLookAt: failure.retryAt?.toISOString() ?? null,
      lease: null,
    },
    null,
  );
}
