/**
 * The managing tenant's activity log, as far as it is about delegations. Composed from the documented shape; nobody
 * recorded one: three entries for each delegation, of one operation, and an empty first page that links to the rest.
 */
import type { ArmHandler } from './arm-context.ts';
import type { DelegationEvent } from './delegation-events.ts';
import { stableGuid } from './stable-guid.ts';
import { armError } from './exchange.ts';

const RANGE = /^eventTimestamp ge '([^']+)' and eventTimestamp le '([^']+)'$/i;

export const listActivity: ArmHandler = ({ call, live, url }) => {
  const [, from, to] = RANGE.exec(call.query('$filter') ?? '') ?? [];
  if (from === undefined || to === undefined)
    return armError(400, 'BadRequest', 'The $filter has to be a range of eventTimestamp.');
  if (call.query('$skiptoken') === undefined)
    return { status: 200, body: { value: [], nextLink: `${url}${call.target}&%24skiptoken=1` } };
  const inRange = live.activity().filter(({ at }) => at >= Date.parse(from) && at <= Date.parse(to));
  return { status: 200, body: { value: inRange.flatMap(entriesOf) } };
};

/** Begun, accepted, and ended well. */
function entriesOf(event: DelegationEvent): object[] {
  const operation = `Microsoft.Resources/tenants/${event.action}/action`;
  const correlationId = stableGuid('correlation', event.scope, event.action, String(event.at));
  const steps = [
    ['BeginRequest', 'Started'],
    ['EndRequest', 'Accepted'],
    ['EndRequest', 'Succeeded'],
  ] as const;
  return steps.map(([eventName, status]) => ({
    correlationId,
    eventDataId: stableGuid('event', correlationId, status),
    description: JSON.stringify({
      subscriptionId: event.subscriptionId,
      subscriptionTenantId: event.tenantId,
      delegationResourceId: event.scope,
    }),
    eventName: { value: eventName },
    category: { value: 'Administrative' },
    level: 'Informational',
    operationName: { value: operation },
    resourceProviderName: { value: 'Microsoft.Resources' },
    resourceType: { value: 'Microsoft.Resources/tenants' },
    status: { value: status },
    eventTimestamp: new Date(event.at).toISOString(),
    submissionTimestamp: new Date(event.at).toISOString(),
  }));
}
