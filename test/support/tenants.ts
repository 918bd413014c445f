/** Builders of what the ledger holds of tenants and links. */
import type { Attestation } from '../../src/lib/domain/attestation.ts';
import type { Dpor } from '../../src/lib/domain/dpor.ts';
import type { LinkRecord, ObservedLink } from '../../src/lib/domain/link.ts';
import { newLinkRecord } from '../../src/lib/domain/link.ts';
import type { Registration, Telling } from '../../src/lib/domain/tenant.ts';
import type { Gap } from '../../src/lib/domain/gap.ts';
import { newTenantRecord, type ScopeRecord, type TenantRecord } from '../../src/lib/domain/tenant-record.ts';
import type { Selection } from '../../src/lib/domain/watch.ts';
import { ids, subscriptionId } from './delegations.ts';

/** What an onboarding event of the customer said on 1 March 2026, at noon. */
export function aTelling(changes: Partial<Telling> = {}): Telling {
  return {
    tenantId: ids.customer,
    facts: { displayName: 'Contoso' },
    presence: 'onboarded',
    at: new Date('2026-03-01T12:00:00.000Z'),
    heardAt: new Date('2026-03-01T12:00:05.000Z'),
    source: 'crm',
    trusted: true,
    ...changes,
  };
}

/** A tenant announced on 1 March 2026, at noon. */
export function aRegistration(changes: Partial<Registration> = {}): Registration {
  return {
    tenantId: ids.customer,
    facts: { displayName: 'Contoso' },
    factTimes: { displayName: '2026-03-01T12:00:00.000Z', offboarded: '2026-03-01T12:00:00.000Z' },
    announcedAt: '2026-03-01T12:00:00.000Z',
    offboardedAt: null,
    withheld: [],
    ...changes,
  };
}

/** A tenant that was never looked at, changed by what is given. */
export function aTenantRecord(changes: Partial<TenantRecord> = {}): TenantRecord {
  return { ...newTenantRecord(aRegistration()), ...changes };
}

/** A tenant whose scopes have been looked at, the last time on 9 March 2026, at noon. */
export function aCoveredTenant(
  scopes: readonly ScopeRecord[],
  changes: Partial<TenantRecord> = {},
): TenantRecord {
  return aTenantRecord({
    phase: 'covered',
    scopes,
    lastGood: '2026-03-09T12:00:00.000Z',
    lastOutcome: 'assessed',
    version: 1,
    ...changes,
  });
}

/** The nth subscription as the ledger holds it: earning since 2 March 2026. */
export function aScopeRecord(n = 1, changes: Partial<ScopeRecord> = {}): ScopeRecord {
  return {
    scope: `/subscriptions/${subscriptionId(n)}`,
    subscriptionId: subscriptionId(n),
    displayName: `Subscription ${n}`,
    verdict: 'earning',
    inherited: false,
    coveredBy: ['lighthouse'],
    agreement: 'unknown',
    agreementSource: 'hint',
    countsFor: 'pec',
    principal: 'pal-link',
    roleIds: ['b24988ac-6180-42a0-ab88-20f7382dd24c'],
    conditional: false,
    endsAt: null,
    quotaId: 'CSP_2015-05-01',
    offers: [{ name: 'Fabrikam managed service', plan: null }],
    marketplace: false,
    since: '2026-03-02T12:00:00.000Z',
    directAt: '2026-03-09T12:00:00.000Z',
    lastEarningAt: null,
    provenAt: '2026-03-09T12:00:00.000Z',
    ...changes,
  };
}

/** An open gap of the nth subscription. */
export function aGap(n = 1, changes: Partial<Gap> = {}): Gap {
  return {
    scope: `/subscriptions/${subscriptionId(n)}`,
    reason: 'role-not-eligible',
    openedAt: '2026-03-05T12:00:00.000Z',
    firstBadAt: '2026-03-05T12:00:00.000Z',
    lastBadAt: '2026-03-05T12:00:00.000Z',
    lastEarningAt: '2026-03-04T12:00:00.000Z',
    closedAt: null,
    ending: null,
    acceptance: null,
    ...changes,
  };
}

/** What Kari, a guest in the customer's tenant, showed of her link on 9 March 2026, at noon. */
export function anAttestation(changes: Partial<Attestation> = {}): Attestation {
  return {
    objectId: ids.person,
    partnerId: '4681234',
    partnerName: 'Fabrikam Oslo',
    version: 1,
    linkCreatedAt: '2026-03-09T11:00:00.0000001Z',
    linkUpdatedAt: '2026-03-09T11:00:00.0000001Z',
    attestedBy: 'Kari Nordmann',
    attestedAt: '2026-03-09T12:00:00.000Z',
    expiresAt: '2026-09-05T12:00:00.000Z',
    ...changes,
  };
}

/** The nth subscription's partner of record: the customer was asked on 2 March 2026 and confirmed on the 4th. */
export function aDpor(n = 1, changes: Partial<Dpor> = {}): Dpor {
  return {
    subscriptionId: subscriptionId(n),
    steps: [
      { step: 'asked', at: '2026-03-02T12:00:00.000Z', by: 'Kari Nordmann' },
      { step: 'confirmed', at: '2026-03-04T12:00:00.000Z', by: 'Ola at Contoso', partnerId: '4681234' },
    ],
    ...changes,
  };
}

/** The principal's link as Azure shows it: active, to the wanted partner ID. */
export function anObservedLink(changes: Partial<ObservedLink> = {}): ObservedLink {
  return {
    partnerId: '4681234',
    partnerName: 'Fabrikam Oslo',
    tenantId: ids.managingTenant,
    objectId: ids.pal,
    state: 'Active',
    version: 1,
    updatedAt: '2026-03-01T12:00:00.000Z',
    ...changes,
  };
}

/** The link's row, never looked at, changed by what is given. */
export function aLinkRecord(changes: Partial<LinkRecord> = {}): LinkRecord {
  const link = { tenantId: ids.managingTenant, objectId: ids.pal, principal: 'pal-link' };
  return { ...newLinkRecord(link, '4681234'), ...changes };
}

/** What an operator names to include or exclude; nothing, changed by what is given. */
export function aSelection(changes: Partial<Selection> = {}): Selection {
  return { tenants: [], tags: {}, subscriptions: [], offers: [], ...changes };
}
