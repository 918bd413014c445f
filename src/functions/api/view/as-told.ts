import type { Api } from '../../../lib/api.ts';
import type { Refused } from '../../../lib/domain/fault.ts';
import { refuse, reply, type Refusal } from '../edge/reply.ts';
import { tenantDetailOf } from './tenant-detail.ts';

export const noTenant = refuse('not-found', 'No tenant is registered under this id.');

/** What an operator says put on record, and the tenant as it stands then. */
export async function tenantAsTold(api: Api, word: Parameters<Api['tellAsOperator']>[0]) {
  const told = await api.tellAsOperator(word);
  if (told.kind === 'refused') return refusalOf(told);
  const shown = await api.showTenant(word.tenantId);
  return shown ? { tenant: tenantDetailOf(shown), isNew: told.isNew } : noTenant;
}

/** What a use case refuses, as the API tells it. */
export function refusalOf({ reason, faults }: Refused, place: 'body' | 'query' = 'body'): Refusal {
  if (reason === 'unknown-tenant') return noTenant;
  if (reason === 'offboarded')
    return refuse('conflict', 'The tenant was offboarded; onboard it again first.');
  if (reason === 'excluded')
    return refuse('conflict', 'The settings exclude the tenant (INCLUDE, EXCLUDE); it is not looked at.');
  const errors = faults.map(({ field, problem }) => ({ in: place, at: field, problem }));
  return {
    refused: 'invalid-request',
    errors,
    ...(errors[0] ? { detail: `${errors[0].at} ${errors[0].problem}` } : {}),
  };
}

/** A tenant as it stands after something was put on its record, or why nothing was. */
export async function asRecorded(api: Api, tenantId: string, result: Refused | { readonly kind: string }) {
  if ('faults' in result) return refusalOf(result);
  const shown = await api.showTenant(tenantId);
  return shown ? reply(200, tenantDetailOf(shown)) : noTenant;
}
