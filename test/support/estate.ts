/** Estates for tests of the whole stack; ids are made up and stable. */

export const MANAGING_TENANT = 'aaaaaaaa-0000-4000-8000-000000000001';
const OBSERVER = 'aaaaaaaa-0000-4000-8000-000000000002';
export const PRINCIPAL = 'aaaaaaaa-0000-4000-8000-000000000003';
const APPLICATION = 'aaaaaaaa-0000-4000-8000-000000000004';
export const PARTNER_ID = '4681234';
export const OTHER_PARTNER_ID = '4687777';

export const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
export const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const SUPPORT_REQUEST_CONTRIBUTOR = 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e';

/** Tenant id of the n-th customer, spread over the partitions of the list. */
export function tenantIdOf(n: number): string {
  return `${((n * 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

export function subscriptionIdOf(n: number): string {
  return `cccccccc-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

export function subscriptionOf(n: number): string {
  return `/subscriptions/${subscriptionIdOf(n)}`;
}

/** Object id of our service principal in the n-th customer's tenant. */
export function objectIdOf(n: number): string {
  return `dddddddd-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

export function delegationTo(principalId: string, roleDefinitionId = SUPPORT_REQUEST_CONTRIBUTOR) {
  return {
    authorizations: [
      { principalId: OBSERVER, roleDefinitionId: READER },
      { principalId, roleDefinitionId },
    ],
  };
}

/** The n-th customer: one subscription that earns, unless overridden. */
export function aCustomer(n: number, overrides: object = {}) {
  return {
    tenantId: tenantIdOf(n),
    displayName: `Customer ${n}`,
    onboard: true,
    subscriptions: [
      {
        subscriptionId: subscriptionIdOf(n),
        displayName: `Subscription ${n}`,
        delegations: [delegationTo(PRINCIPAL)],
      },
    ],
    ...overrides,
  };
}

export interface Consented {
  readonly roles?: readonly { readonly scope: string; readonly roleDefinitionId: string }[];
  readonly event?: object;
  readonly link?: string;
  readonly delegated?: boolean;
}

/** The nth customer, in whose tenant our application has a service principal; Contributor, unless given otherwise. */
export function aConsented(n: number, { roles, event = {}, link, delegated = false }: Consented = {}) {
  return aCustomer(n, {
    event: { accessKinds: ['service-principal'], ...event },
    servicePrincipal: {
      principal: 'pal-link',
      objectId: objectIdOf(n),
      link: link === undefined ? null : { partnerId: link },
      roles: roles ?? [{ scope: subscriptionOf(n), roleDefinitionId: CONTRIBUTOR }],
    },
    subscriptions: [
      {
        subscriptionId: subscriptionIdOf(n),
        displayName: `Subscription ${n}`,
        delegations: delegated ? [delegationTo(PRINCIPAL)] : [],
      },
    ],
  });
}

/** An estate of `customers` (a number: so many that earn), with the principal linked to `link` or not at all. */
export function anEstate(
  customers: number | readonly object[],
  { link = null, ...overrides }: { link?: string | null } & Record<string, unknown> = {},
) {
  return {
    managingTenant: { tenantId: MANAGING_TENANT, displayName: 'Fabrikam MSP' },
    partnerIds: [
      { id: PARTNER_ID, name: 'Fabrikam Oslo', kind: 'location' },
      { id: OTHER_PARTNER_ID, name: 'Fabrikam Bergen', kind: 'location' },
    ],
    observer: { objectId: OBSERVER },
    principals: [
      {
        name: 'pal-link',
        objectId: PRINCIPAL,
        applicationId: APPLICATION,
        wantedPartnerId: PARTNER_ID,
        link: link ? { partnerId: link } : null,
      },
    ],
    customers:
      typeof customers === 'number' ? Array.from({ length: customers }, (_, n) => aCustomer(n)) : customers,
    ...overrides,
  };
}
