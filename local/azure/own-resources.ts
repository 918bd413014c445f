/**
 * What the partner has of its own in Azure, as whoever deploys the product makes it: resource groups, managed identities and
 * roles at the root scope. It is kept in memory. The identities that the estate is about have no right to any of it.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { forbidden, paged, type ArmContext, type ArmHandler } from './arm-context.ts';
import { armError, type Answer } from './exchange.ts';

const located = z.looseObject({
  location: z.string().min(1),
  tags: z.record(z.string(), z.string()).default({}),
});

const assignment = z.looseObject({
  properties: z.looseObject({
    roleDefinitionId: z.string().min(1),
    principalId: z.string().min(1),
    principalType: z.string().default('ServicePrincipal'),
  }),
});

type Resource = Readonly<Record<string, unknown>> & { readonly id: string };

type Assigned = Resource & Pick<z.output<typeof assignment>, 'properties'>;

export interface OwnResources {
  readonly groupExists: ArmHandler;
  readonly putGroup: ArmHandler;
  readonly listIdentities: ArmHandler;
  readonly putIdentity: ArmHandler;
  readonly listRootRoles: ArmHandler;
  readonly putRootRole: ArmHandler;
}

const ROLES = '/providers/Microsoft.Authorization/roleAssignments';

export function makeOwnResources(): OwnResources {
  /** By id, compared without case as ARM does. */
  const groups = new Map<string, Resource>();
  const identities = new Map<string, Resource>();
  const roles = new Map<string, Assigned>();

  const put = <R extends Resource>(store: Map<string, R>, resource: R): Answer => {
    const known = store.has(resource.id.toLowerCase());
    store.set(resource.id.toLowerCase(), resource);
    return { status: known ? 200 : 201, body: resource };
  };
  const inGroup = (handler: (context: ArmContext, group: string) => Answer) =>
    ours('Microsoft.ManagedIdentity/userAssignedIdentities', (context) => {
      const group = groupOf(context);
      if (groups.has(group.toLowerCase())) return handler(context, group);
      const name = context.parameters['resourceGroupName'] ?? '';
      return armError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`);
    });

  return {
    groupExists: ours('Microsoft.Resources/subscriptions/resourceGroups', (context) => ({
      status: groups.has(groupOf(context).toLowerCase()) ? 204 : 404,
    })),
    putGroup: ours('Microsoft.Resources/subscriptions/resourceGroups', (context) =>
      withBody(context, located, ({ location, tags }) =>
        put(groups, {
          id: groupOf(context),
          name: context.parameters['resourceGroupName'],
          type: 'Microsoft.Resources/resourceGroups',
          ...{ location, tags, properties: { provisioningState: 'Succeeded' } },
        }),
      ),
    ),
    listIdentities: inGroup((context, group) =>
      paged(
        context,
        [...identities.values()].filter(({ id }) => id.toLowerCase().startsWith(`${group}/`.toLowerCase())),
      ),
    ),
    putIdentity: inGroup((context, group) =>
      withBody(context, located, ({ location, tags }) => {
        const name = context.parameters['identityName'] ?? '';
        const type = 'Microsoft.ManagedIdentity/userAssignedIdentities';
        const id = `${group}/providers/${type}/${name}`;
        const known = identities.get(id.toLowerCase())?.['properties'];
        const { tenantId } = context.caller;
        const properties = known ?? { tenantId, principalId: randomUUID(), clientId: randomUUID() };
        return put(identities, { id, name, type, location, tags, properties });
      }),
    ),
    listRootRoles: ours('Microsoft.Authorization/roleAssignments', (context) => {
      const filter = context.call.query('$filter');
      if (filter !== undefined && filter !== 'atScope()')
        return armError(400, 'UnsupportedQuery', 'The filter is not supported.');
      return paged(context, [...roles.values()]);
    }),
    putRootRole: ours('Microsoft.Authorization/roleAssignments', (context) =>
      withBody(context, assignment, ({ properties }) => {
        const name = context.parameters['roleAssignmentName'] ?? '';
        const id = `${ROLES}/${name}`;
        const isHeldAs = (one: Assigned) =>
          !sameText(one.id, id) &&
          sameText(one.properties.principalId, properties.principalId) &&
          sameText(bare(one.properties.roleDefinitionId), bare(properties.roleDefinitionId));
        if ([...roles.values()].some(isHeldAs))
          return armError(409, 'RoleAssignmentExists', 'The role assignment already exists.');
        const type = 'Microsoft.Authorization/roleAssignments';
        return put(roles, { id, name, type, properties: { ...properties, scope: '/' } });
      }),
    ),
  };
}

const sameText = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
const bare = (roleDefinitionId: string) => roleDefinitionId.split('/').pop() ?? '';

/** Lets in whoever is of the managing tenant and none of the identities the estate is about. */
function ours(type: string, handler: ArmHandler): ArmHandler {
  return (context) => {
    const { caller, live, call } = context;
    const { estate, observerId } = live.current();
    const isOfEstate = [observerId, ...estate.principals.map(({ objectId }) => objectId)].includes(
      caller.objectId,
    );
    const isAtHome = caller.tenantId === estate.managingTenant.tenantId;
    if (isAtHome && !isOfEstate) return handler(context);
    const action = call.method === 'PUT' ? 'write' : 'read';
    return forbidden(context, `${type}/${action}`, call.path);
  };
}

function groupOf({ parameters }: ArmContext): string {
  return `/subscriptions/${parameters['subscriptionId'] ?? ''}/resourceGroups/${parameters['resourceGroupName'] ?? ''}`;
}

function withBody<S extends z.ZodType>(
  { call }: ArmContext,
  schema: S,
  handler: (body: z.output<S>) => Answer,
): Answer {
  const parsed = schema.safeParse(jsonOf(call.body));
  if (parsed.success) return handler(parsed.data);
  return armError(
    400,
    'InvalidRequestContent',
    'The request content was invalid and could not be deserialized.',
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
