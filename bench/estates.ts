/** Estates of any size, made by arithmetic: the same number gives the same estate. */
import { createHash } from 'node:crypto';

export const MANAGING_TENANT = 'aaaaaaaa-0000-4000-8000-000000000001';
export const PRINCIPAL = 'aaaaaaaa-0000-4000-8000-000000000003';
export const APPLICATION = 'aaaaaaaa-0000-4000-8000-000000000004';
/** The simulator's own secret of a made-up application; it opens nothing else. */
export const SECRET = 'only-for-the-simulator';
export const PARTNER_ID = '4681234';
/** Support Request Contributor: the least role that earns. */
export const EARNING_ROLE = 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e';

interface Latency {
  readonly token?: number;
  readonly read?: number;
  readonly write?: number;
  readonly graph?: number;
}

export interface EstateOptions {
  readonly latencyMs?: Latency;
  readonly linked?: boolean;
  readonly quota?: Readonly<Record<string, number | null>> | null;
  /** How many of the customers are announced by an event, from the first on. */
  readonly announced?: number;
}

/** The id of customer number `at`; spread over all partitions of the list, as real ids are. */
export function tenantId(at: number): string {
  const hex = createHash('sha256').update(`tenant ${at}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4000-8000-${hex.slice(12, 24)}`;
}

export function subscriptionId(at: number): string {
  return `cccccccc-0000-4000-8000-${String(at).padStart(12, '0')}`;
}

function objectId(at: number): string {
  return `dddddddd-0000-4000-8000-${String(at).padStart(12, '0')}`;
}

/** Customers that delegate one subscription each by Azure Lighthouse, with an earning role. */
export function lighthouseEstate(customers: number, options: EstateOptions = {}) {
  return estate(customers, options, (at) => ({
    subscriptions: [
      {
        subscriptionId: subscriptionId(at),
        displayName: 'Production',
        delegations: [{ authorizations: [{ principalId: PRINCIPAL, roleDefinitionId: EARNING_ROLE }] }],
      },
    ],
  }));
}

/** Customers in whose tenants our application has a service principal that holds an earning role and is linked. */
export function servicePrincipalEstate(customers: number, options: EstateOptions = {}) {
  return estate(customers, options, (at) => ({
    event: { accessKinds: ['service-principal'] },
    servicePrincipal: {
      principal: 'pal-link',
      objectId: objectId(at),
      link: { partnerId: PARTNER_ID },
      roles: [{ scope: `/subscriptions/${subscriptionId(at)}`, roleDefinitionId: EARNING_ROLE }],
    },
    subscriptions: [{ subscriptionId: subscriptionId(at), displayName: 'Production' }],
  }));
}

function estate(customers: number, options: EstateOptions, customer: (at: number) => object) {
  const { announced = customers, linked = true } = options;
  return {
    managingTenant: { tenantId: MANAGING_TENANT, displayName: 'Fabrikam MSP' },
    partnerIds: [{ id: PARTNER_ID, name: 'Fabrikam Oslo', kind: 'location' }],
    observer: { objectId: 'aaaaaaaa-0000-4000-8000-000000000002' },
    principals: [
      {
        name: 'pal-link',
        objectId: PRINCIPAL,
        applicationId: APPLICATION,
        wantedPartnerId: PARTNER_ID,
        link: linked ? { partnerId: PARTNER_ID } : null,
        secret: SECRET,
      },
    ],
    customers: Array.from({ length: customers }, (_, at) => ({
      tenantId: tenantId(at),
      displayName: `Customer ${at}`,
      onboard: at < announced,
      ...customer(at),
    })),
    latencyMs: options.latencyMs ?? {},
    ...(options.quota === undefined ? {} : { rules: { quota: options.quota } }),
  };
}
