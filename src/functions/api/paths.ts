/**
 * Every path of the HTTP API below `/api`, with parameters in braces, by the name of its function. It stands apart from
 * what answers, which is loaded when all functions are registered.
 */
export const paths = {
  'api-tenants': 'tenants',
  'api-tenant': 'tenants/{tenantId}',
  'api-tenant-history': 'tenants/{tenantId}/history',
  'api-tenant-relink': 'tenants/{tenantId}/relink',
  'api-tenant-remedy': 'tenants/{tenantId}/remedy',
  'api-tenant-attestations': 'tenants/{tenantId}/attestations',
  'api-partners-of-record': 'tenants/{tenantId}/partners-of-record',
  'api-gap-accept': 'tenants/{tenantId}/gaps/{gapId}/accept',
  'api-links': 'links',
  'api-link-unlink': 'links/{principal}/unlink',
  'api-link-restore': 'links/{principal}/restore',
  'api-link-relink': 'links/{principal}/relink',
  'api-sweeps': 'sweeps',
  'api-sweep': 'sweeps/{sweepId}',
  'api-sweep-confirm': 'sweeps/{sweepId}/confirm',
  'api-role': 'roles/{roleId}',
  'api-found-tenants': 'found-tenants',
  'api-found-adopt': 'found-tenants/{tenantId}/adopt',
  'api-found-dismiss': 'found-tenants/{tenantId}/dismiss',
  'api-parked': 'parked',
  'api-parked-redrive': 'parked/redrive',
  'api-parked-discard': 'parked/discard',
  'api-health-live': 'health/live',
  'api-health-ready': 'health/ready',
  'api-health-checks': 'health/checks',
  'api-openapi': 'openapi.json',
} as const;

export type PathName = keyof typeof paths;
