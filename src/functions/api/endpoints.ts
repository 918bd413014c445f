import { liveness } from './health-live.ts';
import { readiness } from './health-ready.ts';
import { description } from './openapi.ts';
import { tenant } from './tenant.ts';
import { tenants } from './tenants.ts';

/** Every path of the HTTP API; importing them registers them. */
export const endpoints = [tenants, tenant, liveness, readiness, description];
