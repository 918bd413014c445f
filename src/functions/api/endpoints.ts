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

/** Every path of the HTTP API; importing them registers them. */
export const endpoints = [
  ...[tenants, tenant, tenantHistory, tenantRelink, remedy, attestations, partnersOfRecord, gapAccept],
  ...[links, linkUnlink, linkRestore, linkRelink],
  ...[sweeps, sweep, sweepConfirm],
  ...[role],
  ...[foundTenants, foundAdopt, foundDismiss],
  ...[parked, redrive, discard],
  ...[liveness, readiness, deploymentChecks, description],
];
