import { foundAdopt } from './found-tenant-adopt.ts';
import { foundDismiss } from './found-tenant-dismiss.ts';
import { foundTenants } from './found-tenants.ts';
import { gapAccept } from './gap-accept.ts';
import { deploymentChecks } from './health-checks.ts';
import { liveness } from './health-live.ts';
import { readiness } from './health-ready.ts';
import { linkRelink } from './link-relink.ts';
import { linkRestore } from './link-restore.ts';
import { linkUnlink } from './link-unlink.ts';
import { links } from './links.ts';
import { description } from './openapi.ts';
import { discard } from './parked-discard.ts';
import { redrive } from './parked-redrive.ts';
import { parked } from './parked.ts';
import { role } from './role.ts';
import { sweepConfirm } from './sweep-confirm.ts';
import { sweep } from './sweep.ts';
import { sweeps } from './sweeps.ts';
import { attestations } from './tenant-attestations.ts';
import { tenantHistory } from './tenant-history.ts';
import { partnersOfRecord } from './tenant-partners-of-record.ts';
import { tenantRelink } from './tenant-relink.ts';
import { remedy } from './tenant-remedy.ts';
import { tenant } from './tenant.ts';
import { tenants } from './tenants.ts';
import type { Endpoint } from './edge/endpoint.ts';
import type { PathName } from './paths.ts';

/** What answers at each path. */
export const endpoints: Readonly<Record<PathName, Endpoint>> = {
  'api-tenants': tenants,
  'api-tenant': tenant,
  'api-tenant-history': tenantHistory,
  'api-tenant-relink': tenantRelink,
  'api-tenant-remedy': remedy,
  'api-tenant-attestations': attestations,
  'api-partners-of-record': partnersOfRecord,
  'api-gap-accept': gapAccept,
  'api-links': links,
  'api-link-unlink': linkUnlink,
  'api-link-restore': linkRestore,
  'api-link-relink': linkRelink,
  'api-sweeps': sweeps,
  'api-sweep': sweep,
  'api-sweep-confirm': sweepConfirm,
  'api-role': role,
  'api-found-tenants': foundTenants,
  'api-found-adopt': foundAdopt,
  'api-found-dismiss': foundDismiss,
  'api-parked': parked,
  'api-parked-redrive': redrive,
  'api-parked-discard': discard,
  'api-health-live': liveness,
  'api-health-ready': readiness,
  'api-health-checks': deploymentChecks,
  'api-openapi': description,
};
