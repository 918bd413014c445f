import { adoptFound, dismissFound, listFound } from './found.ts';
import { checkDeployment, healthLive, healthReady, openApi } from './health.ts';
import { listLinks } from './links.ts';
import type { Operation } from './operation.ts';
import { discardParked, listParked, redriveParked } from './parked.ts';
import { relinkLink, relinkTenant, restoreLink, unlinkLink } from './relink.ts';
import { decideRole, listUnknownRoles } from './roles.ts';
import { confirmSweep, getSweep, listSweeps, startSweep } from './sweeps.ts';
import {
  changeTenant,
  getHistory,
  getTenant,
  importTenants,
  listTenants,
  offboardTenant,
  registerTenant,
} from './tenants.ts';
import { acceptGap, attest, getRemedy, recordPartnerOfRecord } from './told.ts';

/** Every operation of the HTTP API. */
export const operations: readonly Operation[] = [
  ...[listTenants, registerTenant, importTenants, getTenant, changeTenant, offboardTenant, getHistory],
  ...[relinkTenant, getRemedy, attest, recordPartnerOfRecord, acceptGap],
  ...[listLinks, unlinkLink, restoreLink, relinkLink],
  ...[listSweeps, startSweep, getSweep, confirmSweep],
  ...[listUnknownRoles, decideRole],
  ...[listFound, adoptFound, dismissFound],
  ...[listParked, redriveParked, discardParked],
  ...[healthLive, healthReady, checkDeployment, openApi],
];
