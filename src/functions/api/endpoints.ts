import { liveness } from './health-live.ts';
import { readiness } from './health-ready.ts';
import { links } from './links.ts';
import { description } from './openapi.ts';
import { discard } from './parked-discard.ts';
import { redrive } from './parked-redrive.ts';
import { parked } from './parked.ts';
import { sweep } from './sweep.ts';
import { sweeps } from './sweeps.ts';
import { tenantHistory } from './tenant-history.ts';
import { tenant } from './tenant.ts';
import { tenants } from './tenants.ts';

/** Every path of the HTTP API; importing them registers them. */
export const endpoints = [
  ...[tenants, tenant, tenantHistory],
  ...[links],
  ...[sweeps, sweep],
  ...[parked, redrive, discard],
  ...[liveness, readiness, description],
];
