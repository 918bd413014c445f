import { healthLive, healthReady, openApi } from './health.ts';
import type { Operation } from './operation.ts';
import { getTenant, listTenants } from './tenants.ts';

/** Every operation of the HTTP API. */
export const operations: readonly Operation[] = [listTenants, getTenant, healthLive, healthReady, openApi];
