import { detailOf, type Asked } from '../domain/asked.ts';
import { desiredNow, type DesiredLink } from '../domain/desired-link.ts';
import {
  currentPartnerId,
  decideLink,
  homeIdentity,
  type LinkIdentity,
  type LinkRules,
} from '../domain/link.ts';
import type { Log } from '../domain/log.ts';
import type { Outcome, OutcomeKind } from '../domain/outcome.ts';
import { principalFor, type PassRules } from '../domain/pass-rules.ts';
import type { Clock, LinkLedger, PartnerLinks, Queues, TenantEstate, TenantLedger } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import type { ObservedKind } from '../domain/tenant.ts';
import { standsOn, summaryOf } from '../domain/tenant-summary.ts';
import { expectedObjectId, type TenantRecord } from '../domain/tenant-record.ts';
import { isTenantExcluded } from '../domain/watch.ts';
import { ask } from './ask.ts';

export interface RequestRelinkDeps {
  readonly ledger: Pick<TenantLedger, 'read'>;
  readonly links: Pick<LinkLedger, 'read'>;
  readonly partnerLinks: Pick<PartnerLinks, 'read'>;
  readonly tenantEstate: Pick<TenantEstate, 'objectIdOf'>;
  readonly principals: PassRules['principals'];
  readonly principalRules: PassRules['principalRules'];
  readonly watchRules: PassRules['watchRules'];
  readonly queues: Queues;
  readonly clock: Clock;
  readonly digest: (text: string) => string;
  readonly newId: () => string;
  readonly log: Log;
}

/** One call of an operator. */
export interface RelinkRequest {
  readonly tenantId: string;
  /** Who asks, as it is to stand on record. */
  readonly by: string;
  /** The same key gives the same pass, once. */
  readonly idempotencyKey: string | null;
  readonly dryRun: boolean;
}

/** What a pass would do about one link behind a tenant. */
export interface WouldBeLink {
  readonly accessKind: ObservedKind;
  readonly tenantId: string;
  readonly objectId: string;
  readonly currentPartnerId: string | null;
  readonly outcome: OutcomeKind;
  /** Why it would be refused or left; null where the outcome says it all. */
  readonly reason: string | null;
}

export type RelinkAnswer =
  | { readonly kind: 'unknown'; readonly message: string }
  /** Nothing will be done for this tenant, and why. */
  | {
      readonly kind: 'refused';
      readonly reason: 'offboarded' | 'excluded' | 'principal-unknown';
      readonly message: string;
    }
  | {
      readonly kind: 'dry-run';
      readonly links: readonly WouldBeLink[];
      readonly notChecked: readonly string[];
    }
  /** Asked for under `causeId`; `done` where the same key was used before and its pass has ended. */
  | { readonly kind: 'accepted'; readonly causeId: string; readonly done: Asked | null };

export type RequestRelink = (request: RelinkRequest) => Promise<RelinkAnswer>;

/**
 * Has a tenant looked at again, with fresh reads: a request on `reconcile` like every other cause. Its pass makes a
 * missing link and never replaces one. A dry run reads the links and says what would be done, and what it did not check;
 * it writes nothing and sends nothing. Throws `Failure` when a dry run cannot read, or ledger or queue fail.
 */
export function makeRequestRelink(deps: RequestRelinkDeps): RequestRelink {
  return async (request) => {
    const record = (await deps.ledger.read(request.tenantId))?.record;
    if (!record) return { kind: 'unknown', message: `The tenant ${request.tenantId} is not on record.` };
    if (record.registration.offboardedAt) {
      const message = 'The tenant was offboarded; it is not looked at any more. Onboard it again first.';
      return { kind: 'refused', reason: 'offboarded', message };
    }
    if (isTenantExcluded(deps.watchRules, record.registration)) {
      const message = 'The settings exclude the tenant (INCLUDE, EXCLUDE); it is not looked at.';
      return { kind: 'refused', reason: 'excluded', message };
    }
    const name = record.registration.facts.principal;
    const principal = principalFor(deps, record.registration);
    if (!principal) {
      const message = `The tenant asks for the principal “${name ?? ''}”, which the settings do not name.`;
      return { kind: 'refused', reason: 'principal-unknown', message };
    }
    return request.dryRun ? rehearse(deps, record, principal) : askForPass(deps, record, request);
  };
}

async function askForPass(
  deps: RequestRelinkDeps,
  record: TenantRecord,
  { tenantId, by, idempotencyKey }: RelinkRequest,
): Promise<RelinkAnswer> {
  const causeId = `ask-${deps.digest(`${tenantId}|${idempotencyKey ?? deps.newId()}`)}`.slice(0, 40);
  const done = record.asked.find((one) => one.causeId === causeId) ?? null;
  if (done) return { kind: 'accepted', causeId, done };
  await ask(deps.queues, {
    subject: 'tenant',
    id: tenantId,
    cause: { kind: 'operator', id: causeId, by, fresh: true },
    attempt: 0,
    hop: 0,
    since: deps.clock().toISOString(),
  });
  deps.log.info('relink.asked', { tenantId, causeId, by });
  return { kind: 'accepted', causeId, done: null };
}

/** What only the pass itself would tell. */
const NOT_CHECKED = [
  'whether Azure accepts the partner ID',
  'the delegations and roles on the tenant’s subscriptions',
] as const;

/** As a pass of an operator, but saying instead of doing. */
const REHEARSAL: LinkRules = { mode: 'observe', whenLinkedElsewhere: 'refuse' };

async function rehearse(
  deps: RequestRelinkDeps,
  record: TenantRecord,
  principal: Principal,
): Promise<RelinkAnswer> {
  const links: WouldBeLink[] = [];
  for (const accessKind of standsOn(summaryOf(record))) {
    const identity =
      accessKind === 'lighthouse' ? homeIdentity(principal) : await ownIdentity(deps, record, principal);
    links.push({ accessKind, ...(await wouldBe(deps, identity)) });
  }
  return { kind: 'dry-run', links, notChecked: NOT_CHECKED };
}

async function ownIdentity(
  deps: RequestRelinkDeps,
  record: TenantRecord,
  principal: Principal,
): Promise<LinkIdentity> {
  const { tenantId } = record.registration;
  const expected = expectedObjectId(record, principal);
  // A token of another object is refused when the link is read: it is proven to be the expected one's first.
  const objectId = expected ?? (await deps.tenantEstate.objectIdOf(principal, tenantId, expected));
  return { tenantId, objectId, principal };
}

async function wouldBe(
  deps: RequestRelinkDeps,
  identity: LinkIdentity,
): Promise<Omit<WouldBeLink, 'accessKind'>> {
  const { tenantId, objectId, principal } = identity;
  const row = (await deps.links.read(tenantId, objectId))?.record;
  const configured = principal.wantedPartnerId;
  const nothingKnown: DesiredLink = { kind: 'wanted', partnerId: configured };
  const desired = desiredNow(row?.desired ?? nothingKnown, configured, deps.clock());
  const reading = await deps.partnerLinks.read(identity);
  const outcome = rehearsedOutcome(decideLink(reading, desired, REHEARSAL));
  const reason = desired.kind === 'held' ? `held by ${desired.by}: ${desired.why}` : detailOf(outcome);
  return { tenantId, objectId, currentPartnerId: currentPartnerId(reading), outcome: outcome.kind, reason };
}

function rehearsedOutcome(decision: ReturnType<typeof decideLink>): Outcome {
  if (decision.do === 'refuse') return { kind: 'refused', reason: decision.reason };
  return decision.do === 'say' ? { kind: decision.outcome, notChecked: [] } : { kind: 'unchanged' };
}
