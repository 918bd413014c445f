/** The resource manager: its paths, and the rules every call passes before a provider answers. */
import { listActivity } from './activity-log.ts';
import type { ArmContext, ArmHandler } from './arm-context.ts';
import { armError, type Answer, type Call } from './exchange.ts';
import { listAssignments, listDefinitions, readAssignment, readDefinition } from './managed-services.ts';
import type { ManagementPartner } from './management-partner.ts';
import type { OwnResources } from './own-resources.ts';
import type { QuotaKind } from './quotas.ts';
import type { ResourceGraph } from './resource-graph.ts';
import { listResourceGroups } from './resource-groups.ts';
import { listRoleAssignments, listRoleSchedules } from './role-assignments.ts';
import { route, type Route } from './route.ts';
import { listSubscriptions, listTenants, readSubscription } from './subscriptions.ts';

/** What a path is, before anything is known of the caller. */
export interface ArmOperation {
  readonly quota: QuotaKind;
  /** Which latency of the estate applies. */
  readonly latency: 'read' | 'write' | 'graph';
  /** The only API version the provider knows, where it is strict about it. */
  readonly apiVersion?: string;
  readonly provider?: 'Microsoft.ManagementPartner';
  readonly handle: ArmHandler;
}

interface ArmProviders {
  readonly partners: ManagementPartner;
  readonly graph: ResourceGraph;
  readonly own: OwnResources;
  readonly now: () => number;
}

export function armRoutes({ partners, graph, own, now }: ArmProviders): Route<ArmOperation>[] {
  const partner = '/providers/Microsoft.ManagementPartner';
  const services = 'providers/Microsoft.ManagedServices';
  const identities = 'providers/Microsoft.ManagedIdentity/userAssignedIdentities';
  const subscription = '/subscriptions/{subscriptionId}';
  const group = `${subscription}/resourceGroups/{resourceGroupName}`;
  const partnerId = ({ parameters }: ArmContext) => parameters['partnerId'] ?? '';
  const scoped = (tail: string, handle: ArmHandler) =>
    [subscription, group].map((scope) => route('GET', `${scope}/${tail}`, reading(handle)));

  return [
    route(
      'GET',
      `${partner}/partners`,
      ofPartner('read', ({ caller }) => partners.read(caller)),
    ),
    route(
      'GET',
      `${partner}/partners/{partnerId}`,
      ofPartner('read', (context) => partners.read(context.caller, partnerId(context))),
    ),
    route(
      'PUT',
      `${partner}/partners/{partnerId}`,
      ofPartner('write', (context) => partners.create(context.caller, partnerId(context))),
    ),
    route(
      'PATCH',
      `${partner}/partners/{partnerId}`,
      ofPartner('write', (context) => partners.change(context.caller, partnerId(context))),
    ),
    route(
      'DELETE',
      `${partner}/partners/{partnerId}`,
      ofPartner('write', (context) => partners.remove(context.caller, partnerId(context))),
    ),
    route(
      'GET',
      `${partner}/operations`,
      ofPartner('read', () => partners.operations()),
    ),
    route('GET', '/subscriptions', reading(listSubscriptions)),
    route('GET', subscription, reading(readSubscription)),
    route('GET', '/tenants', reading(listTenants)),
    route('GET', '/providers/Microsoft.Insights/eventtypes/management/values', reading(listActivity)),
    route('GET', `${subscription}/resourceGroups`, reading(listResourceGroups)),
    route('HEAD', group, reading(own.groupExists)),
    route('PUT', group, writing(own.putGroup)),
    route('GET', `${group}/${identities}`, reading(own.listIdentities)),
    route('PUT', `${group}/${identities}/{identityName}`, writing(own.putIdentity)),
    route('GET', '/providers/Microsoft.Authorization/roleAssignments', reading(own.listRootRoles)),
    route(
      'PUT',
      '/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}',
      writing(own.putRootRole),
    ),
    ...scoped(`${services}/registrationAssignments`, listAssignments),
    ...scoped(`${services}/registrationAssignments/{registrationAssignmentId}`, readAssignment),
    ...scoped(`${services}/registrationDefinitions`, listDefinitions),
    ...scoped(`${services}/registrationDefinitions/{registrationDefinitionId}`, readDefinition),
    ...scoped('providers/Microsoft.Authorization/roleAssignments', listRoleAssignments),
    ...scoped('providers/Microsoft.Authorization/roleAssignmentScheduleInstances', listRoleSchedules),
    route('POST', '/providers/Microsoft.ResourceGraph/resources', {
      quota: 'graph',
      latency: 'graph',
      handle: ({ live, caller, call }) => graph.query(live.indexed(), caller, call.body, now()),
    }),
  ];
}

function reading(handle: ArmHandler): ArmOperation {
  return { quota: 'reads', latency: 'read', handle };
}

function writing(handle: ArmHandler): ArmOperation {
  return { quota: 'writes', latency: 'write', handle };
}

function ofPartner(latency: 'read' | 'write', handle: ArmHandler): ArmOperation {
  return {
    quota: latency === 'read' ? 'reads' : 'writes',
    latency,
    apiVersion: '2018-02-01',
    provider: 'Microsoft.ManagementPartner',
    handle,
  };
}

/** The refusal of a missing, malformed or unknown API version. */
export function refuseApiVersion(call: Call, operation: ArmOperation): Answer | undefined {
  const asked = call.query('api-version');
  if (asked === undefined || asked === '') {
    return armError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  if (operation.apiVersion !== undefined && operation.apiVersion !== asked) {
    return armError(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for location '' and API version '${asked}' for type 'partners'. The ` +
        `supported api-versions are '${operation.apiVersion}'.`,
    );
  }
  if (/^\d{4}-\d\d-\d\d(-[a-z]+)?$/i.test(asked)) return undefined;
  return armError(400, 'InvalidApiVersionParameter', `The api-version '${asked}' is invalid.`);
}

/** The answer to a path or method that is none of ARM's here. */
export function refusePath(call: Call, known: 'method' | 'path'): Answer {
  if (known === 'method') {
    return armError(405, 'MethodNotAllowed', `The method '${call.method}' is not allowed on '${call.path}'.`);
  }
  return armError(404, 'NotFound', `The simulator does not know the path '${call.path}'.`);
}

/** The 429 of the resource manager. */
export function armThrottled(
  kind: QuotaKind,
  scope: string,
  objectId: string,
  isTenantLevel: boolean,
  seconds: number,
): object {
  const level = isTenantLevel ? 'tenant' : 'subscription';
  const code = isTenantLevel ? 'TenantRequestsThrottled' : 'SubscriptionRequestsThrottled';
  const message =
    `Number of '${kind}' for ${level} '${scope}' actor '${objectId}' exceeded. Please try again after '${seconds}' ` +
    'seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.';
  return { error: { code, message } };
}
