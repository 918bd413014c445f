import { assignRole } from '../domain/assign-role.ts';
import { attestationStanding } from '../domain/attestation.ts';
import type { DelegationTerms } from '../domain/delegation-template.ts';
import { dporChecklist, type DporItem } from '../domain/dpor-checklist.ts';
import { Failure } from '../domain/failure.ts';
import { refused, type Refused } from '../domain/fault.ts';
import { linkInstructions, type Instructions } from '../domain/instructions.ts';
import { principalFor, type PassRules } from '../domain/pass-rules.ts';
import type { Clock, Estate, TenantLedger } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import { firstDelegation } from '../domain/first-delegation.ts';
import { proposeRemedy, type Remedy } from '../domain/remedy.ts';
import { keyOf, scopeOf, subscriptionScope, type Scope } from '../domain/scope.ts';
import { attendedKindsOf, isByHand, observedKindsOf, sightsOf } from '../domain/tenant.ts';
import { expectedObjectId, type ScopeRecord, type TenantRecord } from '../domain/tenant-record.ts';
import { isScopeWatched, isTenantExcluded, isUnseenWatched } from '../domain/watch.ts';

export interface ProposeRemediesDeps extends Pick<
  PassRules,
  'managingTenantId' | 'principals' | 'principalRules' | 'watchRules' | 'roles'
> {
  readonly ledger: Pick<TenantLedger, 'read'>;
  readonly estate: Pick<Estate, 'delegations' | 'subscription'>;
  readonly observer: { readonly objectId: string | null };
  /** What else a first delegation says. */
  readonly delegation: Pick<DelegationTerms, 'offerName' | 'engineersGroupObjectId'>;
  readonly clock: Clock;
}

/** What can be done for a tenant. Nothing of it is stored. */
export interface ProposedRemedies {
  readonly kind: 'proposed';
  /** What a person has to do, for each way of access that only a person can use; none while somebody attests to it. */
  readonly people: readonly Instructions[];
  /** How the customer begins, one for each way of access, where nothing is delegated and no subscription is known. */
  readonly firstSteps: readonly Remedy[];
  readonly scopes: readonly { readonly scope: string; readonly verdict: string; readonly remedy: Remedy }[];
  /** Scopes in trouble that were left out: ask for one of them by its id. */
  readonly leftOut: number;
  readonly partnersOfRecord: readonly DporItem[];
}

/** `scope` names one scope; null for all that do not earn, as far as can be read at once. */
export type ProposeRemedies = (asked: {
  readonly tenantId: string;
  readonly scope: string | null;
}) => Promise<Refused | ProposedRemedies>;

/** Live reads for one answer; who has more trouble than that asks scope by scope. */
const SCOPES_AT_ONCE = 10;

/**
 * Proposes what puts a tenant's scopes right, from what is delegated now: read live, because deploying an offer again
 * replaces all of it. A scope that cannot be read gets no proposal, and says so; what the settings exclude gets none. Throws `Failure` when the ledger cannot
 * be read.
 */
export function makeProposeRemedies(deps: ProposeRemediesDeps): ProposeRemedies {
  return async ({ tenantId, scope }) => {
    const known = await deps.ledger.read(tenantId.toLowerCase());
    if (!known) return refused('unknown-tenant', { field: 'tenantId', problem: 'is not on record' });
    const { record } = known;
    if (record.registration.offboardedAt) {
      return refused('offboarded', { field: 'tenantId', problem: 'is no longer ours' });
    }
    if (isTenantExcluded(deps.watchRules, record.registration)) {
      return refused('excluded', { field: 'tenantId', problem: 'is excluded by the settings' });
    }
    const principal = principalFor(deps, record.registration);
    if (!principal) {
      return refused('invalid', {
        field: 'tenantId',
        problem: `is to use the principal “${record.registration.facts.principal ?? ''}”, which the settings do not name`,
      });
    }
    const watched = scopesOf(deps, record);
    const troubled = watched.filter((one) =>
      scope === null ? one.verdict !== 'earning' : keyOf(one.scope) === keyOf(scope),
    );
    if (scope !== null && troubled.length === 0) {
      return refused('invalid', { field: 'scope', problem: 'is not on record for this tenant, or excluded' });
    }
    const shown = troubled.slice(0, SCOPES_AT_ONCE);
    return {
      kind: 'proposed',
      people: peopleOf(record, principal, deps.clock()),
      firstSteps: watched.length === 0 ? firstStepsOf(deps, record, principal) : [],
      scopes: await Promise.all(
        shown.map(async (one) => ({
          scope: one.scope,
          verdict: one.verdict,
          remedy: await remedyOf(deps, record, principal, one),
        })),
      ),
      leftOut: troubled.length - shown.length,
      partnersOfRecord: dporChecklist(record, principal.wantedPartnerId),
    };
  };
}

type KnownScope = Pick<ScopeRecord, 'scope' | 'verdict' | 'coveredBy'>;

/** Whether every look so far has found that nothing is delegated: a tenant that could not be read may have anything. */
function isUndelegated({ phase }: TenantRecord): boolean {
  return phase === 'awaiting' || phase === 'not-delegated';
}

/** The scopes on record; while there are none, the subscriptions we were told of. */
function scopesOf({ watchRules }: ProposeRemediesDeps, record: TenantRecord): readonly KnownScope[] {
  if (record.scopes.length > 0 || !isUndelegated(record)) {
    return record.scopes.filter((one) => isScopeWatched(watchRules, one));
  }
  return (record.registration.facts.subscriptionIds ?? [])
    .filter((id) => isUnseenWatched(watchRules, id))
    .map((id) => ({ scope: subscriptionScope(id).id, verdict: 'not-visible', coveredBy: [] }));
}

function firstStepsOf(deps: ProposeRemediesDeps, record: TenantRecord, principal: Principal): Remedy[] {
  const { registration, phase, failure } = record;
  const { tenantId } = registration;
  if (phase === 'unobserved' && !isByHand(registration)) {
    const why = failure ? ` (${failure.message})` : '';
    const text = `The tenant has not been read well yet${why}, so it is not known what is delegated there.`;
    return [{ kind: 'unreadable', text }];
  }
  if (!isUndelegated(record)) return [];
  return observedKindsOf(registration).map((kind) =>
    kind === 'lighthouse'
      ? firstDelegation({
          ...{ tenantId, subscriptionId: null, resourceGroup: null },
          terms: termsOf(deps, principal),
        })
      : assignRole({ tenantId, scope: null, objectId: expectedObjectId(record, principal) }),
  );
}

function termsOf(
  { managingTenantId, observer, delegation }: ProposeRemediesDeps,
  principal: Principal,
): DelegationTerms {
  return {
    ...delegation,
    managingTenantId,
    linkerObjectId: principal.objectId,
    observerObjectId: observer.objectId,
  };
}

function peopleOf(
  { registration, attestations }: TenantRecord,
  principal: Principal,
  now: Date,
): Instructions[] {
  const partnerId = principal.wantedPartnerId;
  if (attestationStanding(attestations, partnerId, now) === 'valid') return [];
  return attendedKindsOf(registration).map((accessKind) =>
    linkInstructions({ tenantId: registration.tenantId, accessKind, partnerId }),
  );
}

async function remedyOf(
  deps: ProposeRemediesDeps,
  record: TenantRecord,
  principal: Principal,
  one: KnownScope,
): Promise<Remedy> {
  const { tenantId } = record.registration;
  const scope = scopeOf(one.scope);
  if (!scope) return { kind: 'unreadable', text: 'The scope lies in no subscription.' };
  const ways = one.coveredBy.length > 0 ? one.coveredBy : sightsOf(record.registration);
  if (!ways.includes('lighthouse')) {
    return assignRole({ tenantId, scope, objectId: expectedObjectId(record, principal) });
  }
  try {
    return await fromLiveDelegations(deps, tenantId, principal, { ...one, at: scope });
  } catch (error) {
    if (error instanceof Failure) return { kind: 'unreadable', text: error.message };
    throw error;
  }
}

async function fromLiveDelegations(
  deps: ProposeRemediesDeps,
  tenantId: string,
  principal: Principal,
  { at: scope, verdict }: KnownScope & { readonly at: Scope },
): Promise<Remedy> {
  const whole = subscriptionScope(scope.subscriptionId);
  // Where only a group is delegated, the observer reads that group alone.
  const [above, own, facts] = await Promise.all([
    deps.estate.delegations(whole),
    scope.resourceGroup === null ? null : deps.estate.delegations(scope),
    deps.estate.subscription(scope.subscriptionId),
  ]);
  const read = above.kind === 'ok' ? above : own;
  const lost = verdict === 'gone' || verdict === 'not-visible';
  if (read?.kind !== 'ok' && !lost) {
    return {
      kind: 'unreadable',
      text: 'What is delegated now could not be read. Deploying without knowing it would replace it, so nothing is proposed.',
    };
  }
  return proposeRemedy({
    tenantId,
    scope,
    subscriptionState: facts.kind === 'ok' ? facts.value.state : 'Enabled',
    delegations: read?.kind === 'ok' ? read.value : [],
    identities: {
      principal,
      others: deps.principals.filter((other) => other !== principal),
    },
    roles: deps.roles,
    terms: termsOf(deps, principal),
  });
}
