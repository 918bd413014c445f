import * as z from 'zod';
import type { DelegationLogEntry } from '../../domain/delegation-log.ts';
import { Failure } from '../../domain/failure.ts';
import { guid } from '../../domain/guid.ts';
import type { DelegationLog } from '../../domain/ports.ts';
import { scopeOf } from '../../domain/scope.ts';
import type { ArmClient } from './arm-client.ts';
import { jsonOf } from './arm-errors.ts';
import { NO_ACCESS, pageOf, readPages } from './pages.ts';

const named = z.object({ value: z.string().optional() }).nullish();

/** An event of the activity log: what is relied on. Entries are of many kinds, so anything may be missing. */
const logEvent = z.object({
  operationName: named,
  eventName: named,
  resourceType: named,
  status: named,
  eventTimestamp: z.string().optional(),
  correlationId: z.string().optional(),
  eventDataId: z.string().optional(),
  description: z.string().nullish(),
});

const logPage = pageOf(logEvent);

/** What the description says, as JSON in a string. */
const delegation = z.object({ subscriptionTenantId: guid, delegationResourceId: z.string() });

const ACTIONS = new Map<string, DelegationLogEntry['action']>([
  ['microsoft.resources/tenants/register/action', 'register'],
  ['microsoft.resources/tenants/unregister/action', 'unregister'],
]);

/**
 * The managing tenant's activity log, as an identity with Monitoring Reader at `/` sees it. The API filters by time
 * alone, and its first page may be empty with a link to more (source: monitor-delegation-changes).
 */
export function makeDelegationLog({ arm }: { readonly arm: ArmClient }): DelegationLog {
  return {
    async entries(from, to) {
      const what = 'the activity log of the managing tenant was read';
      const filter = `eventTimestamp ge '${from.toISOString()}' and eventTimestamp le '${to.toISOString()}'`;
      const path =
        '/providers/Microsoft.Insights/eventtypes/management/values' +
        `?api-version=2015-04-01&$filter=${encodeURIComponent(filter)}`;
      const read = await readPages(arm, { path, what, understands: NO_ACCESS }, logPage);
      if (read.kind === 'ok') return read.value.flatMap((event) => entryOf(event) ?? []);
      throw new Failure(
        'denied',
        `Azure answered ${read.status} when ${what}: the watcher's identity needs Monitoring Reader at “/”.`,
      );
    },
  };
}

/** An entry for what was done to the end and well; started, accepted and failed ones say nothing. */
function entryOf(event: z.infer<typeof logEvent>): DelegationLogEntry | null {
  const action = ACTIONS.get(event.operationName?.value?.toLowerCase() ?? '');
  const at = Date.parse(event.eventTimestamp ?? '');
  const ended = event.eventName?.value === 'EndRequest' && Boolean(event.resourceType?.value);
  if (!action || !ended || event.status?.value !== 'Succeeded' || Number.isNaN(at)) return null;
  const said = delegation.safeParse(jsonOf(event.description)).data;
  const scope = said && scopeOf(said.delegationResourceId);
  if (!scope) return null;
  return {
    action,
    at: new Date(at).toISOString(),
    correlationId: event.correlationId ?? event.eventDataId ?? scope.id,
    tenantId: said.subscriptionTenantId,
    scope: scope.id,
  };
}
