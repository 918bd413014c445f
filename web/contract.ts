/** The API as its contract describes it: types alone, so nothing of the app comes into the pages. */
import type { z } from 'zod';
import type { foundTenant, foundTenants } from '../src/functions/api/contract/found.ts';
import type { link } from '../src/functions/api/contract/links.ts';
import type { parkedHandled, parkedMessage } from '../src/functions/api/contract/parked.ts';
import type { Problem } from '../src/functions/api/contract/problem.ts';
import type { accepted, linkOrderAnswer, relinkAnswer } from '../src/functions/api/contract/relink.ts';
import type { roleDecided, unknownRoles } from '../src/functions/api/contract/roles.ts';
import type { SignIn } from '../src/functions/api/contract/sign-in.ts';
import type { sweep } from '../src/functions/api/contract/sweeps.ts';
import type { remedies } from '../src/functions/api/contract/told.ts';
import type {
  tenantChange,
  TenantDetail,
  TenantItem,
  TenantPage,
} from '../src/functions/api/contract/tenants.ts';

export type { Problem, SignIn, TenantDetail, TenantItem, TenantPage };
export type Scope = TenantDetail['scopes'][number];
export type Gap = TenantDetail['gaps'][number];
export type TenantState = TenantItem['state'];
export type Verdict = Scope['verdict'];
export type AccessKind = TenantItem['accessKinds'][number];
export type Agreement = TenantItem['agreement'];
export type TenantChange = z.output<typeof tenantChange>;
export type Link = z.output<typeof link>;
export type Sweep = z.output<typeof sweep>;
export type ParkedMessage = z.output<typeof parkedMessage>;
export type ParkedHandled = z.output<typeof parkedHandled>;

/** One page of any list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly continuation: string | null;
}

export type Asked = TenantDetail['asked'][number];
export type RelinkAnswer = z.output<typeof relinkAnswer> | z.output<typeof accepted>;
export type LinkOrderAnswer = z.output<typeof linkOrderAnswer> | z.output<typeof accepted>;
export type Remedies = z.output<typeof remedies>;
export type Instructions = Remedies['people'][number];
export type Step = Instructions['before'][number];
export type FoundTenant = z.output<typeof foundTenant>;
export type FoundTenants = z.output<typeof foundTenants>;
export type UnknownRoles = z.output<typeof unknownRoles>;
export type UnknownRole = UnknownRoles['items'][number];
export type RoleDecided = z.output<typeof roleDecided>;
export type Attestation = TenantDetail['attestations'][number];
