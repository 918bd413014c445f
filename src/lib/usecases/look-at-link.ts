import { desiredNow, giveUp, takeBack, type LinkWill } from '../domain/desired-link.ts';
import { Failure, isConflict } from '../domain/failure.ts';
import {
  currentPartnerId,
  decideLink,
  newLinkRecord,
  type LinkDecision,
  type LinkIdentity,
  type LinkReading,
  type LinkRecord,
  type LinkRules,
} from '../domain/link.ts';
import { afterFailure, afterLook, type LinkLook } from '../domain/link-look.ts';
import type { Log } from '../domain/log.ts';
import type { Outcome, WouldBe } from '../domain/outcome.ts';
import type { Clock, LinkLedger, PartnerLinks, Versioned } from '../domain/ports.ts';
import { isAsked, messageIdOf, type ReconcileRequest } from '../domain/request.ts';

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

/** Another pass is looking at the link right now, and will tell of it. */
export interface Leased {
  readonly kind: 'leased';
  /** When to look again, for who has to. */
  readonly retryAt: Date;
}

/**
 * What a look at a customer's tenant wants of the link there: that of a tenant that is ours is taken back where it was
 * given up, that of an offboarded one is given up. Other looks leave that as it is on record.
 */
export type Tenure = 'as-on-record' | 'ours' | 'given-up';

/** Looks at the link of one identity, on behalf of a request, which becomes the owner of the lease. */
export type LookAtLink = (
  identity: LinkIdentity,
  request: ReconcileRequest,
  tenure?: Tenure,
) => Promise<Outcome | Leased>;

/**
 * One look at one link: take the lease, read, decide, write where that is allowed, read back, record. Under the lease
 * exactly one worker reads and writes, however many tenants asked. Throws `Failure`; a failure of ARM is noted on the
 * link's row first, and the lease is given back.
 */
export function makeLookAtLink(deps: LookAtLinkDeps): LookAtLink {
  return async (identity, request, tenure = 'as-on-record') => {
    const leased = await takeLease(deps, identity, request, tenure);
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
  const context = () => ({
    at: deps.clock(),
    causeId: request.cause.id,
    configured: identity.principal.wantedPartnerId,
  });
  const { desired: onRecord, order } = leased.record;
  // An order says itself what is wanted; everything else follows the settings and the clock.
  const desired = order ? onRecord : desiredNow(onRecord, identity.principal.wantedPartnerId, deps.clock());
  try {
    const look = await lookAndAct(deps, identity, { desired, order }, rulesFor(deps.rules, request));
    const { record, change } = afterLook(leased.record, { ...look, desired }, context());
    await deps.links.write(leased, record, change);
    return look.outcome;
  } catch (error) {
    if (error instanceof Failure) {
      const { record, change } = afterFailure(leased.record, error, context());
      await deps.links.write(leased, record, change);
    }
    throw error;
  }
}

/** Who asks for another look gets a missing link made, and never has one replaced: that takes an order. */
function rulesFor(rules: LinkRules, request: ReconcileRequest): LinkRules {
  return isAsked(request) ? { ...rules, whenLinkedElsewhere: 'refuse' } : rules;
}

async function takeLease(
  deps: LookAtLinkDeps,
  { tenantId, objectId, principal }: LinkIdentity,
  request: ReconcileRequest,
  tenure: Tenure,
): Promise<Versioned<LinkRecord> | Leased> {
  const now = deps.clock();
  const owner = messageIdOf(request);
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
  // What a tenant's coming or going makes of it is on record before anything is done about it.
  const will = willOf(known.record, tenure, { request, configured: principal.wantedPartnerId, now });
  try {
    // The settings may call the principal otherwise by now.
    const record = { ...known.record, principal: link.principal, ...will, lease: { owner, until } };
    return await deps.links.claim(known, record);
  } catch (error) {
    // Somebody else has just taken it.
    if (!isConflict(error)) throw error;
    return { kind: 'leased', retryAt: new Date(now.getTime() + LEASE_PAUSE_MS) };
  }
}

function willOf(
  before: LinkWill,
  tenure: Tenure,
  { request, configured, now }: { request: ReconcileRequest; configured: string; now: Date },
): LinkWill {
  if (tenure === 'given-up') return giveUp(before, request.cause.id, configured, now);
  return tenure === 'ours' ? takeBack(before, configured) : { desired: before.desired, order: before.order };
}

type Seen = Omit<LinkLook, 'desired'>;

async function lookAndAct(
  deps: LookAtLinkDeps,
  identity: LinkIdentity,
  { desired, order }: LinkWill,
  rules: LinkRules,
): Promise<Seen> {
  const reading = await deps.partnerLinks.read(identity);
  const decision = decideLink(reading, desired, rules, order);
  switch (decision.do) {
    case 'nothing':
      return { reading, outcome: { kind: 'unchanged' } };
    case 'refuse':
      return { reading, outcome: { kind: 'refused', reason: decision.reason } };
    case 'say':
      return {
        reading,
        outcome: { kind: decision.outcome, notChecked: notCheckedOf(decision.outcome) },
      };
    case 'create':
    case 'replace':
    case 'remove':
      return write(deps, identity, decision, reading);
  }
}

/** What only a real write would tell. */
function notCheckedOf(outcome: WouldBe): readonly string[] {
  return outcome === 'would-unlink' ? [] : ['whether Azure accepts the partner ID'];
}

type Write = Extract<LinkDecision, { do: 'create' | 'replace' | 'remove' }>;

const DONE = { create: 'linked', replace: 'relinked', remove: 'unlinked' } as const;

/**
 * A write is judged by a fresh read: an error may have come after the write, and a success may not have held. The
 * reading before a write that certainly did not happen stands, beside the failure.
 */
async function write(
  deps: LookAtLinkDeps,
  identity: LinkIdentity,
  decision: Write,
  before: LinkReading,
): Promise<Seen> {
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
  if (currentPartnerId(reading) === (decision.do === 'remove' ? null : partnerId)) {
    return { reading, outcome: { kind: DONE[decision.do] } };
  }
  const failure =
    trouble ??
    new Failure('unavailable', 'Azure accepted the write, but a read right after it shows otherwise.');
  return { reading, outcome: { kind: 'failed', failure } };
}
