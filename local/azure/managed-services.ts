/** Microsoft.ManagedServices: reading registration assignments and definitions at subscriptions and resource groups. */
import {
  forbidden,
  inSubscription,
  paged,
  type ArmContext,
  type ArmHandler,
  type Opened,
} from './arm-context.ts';
import type { PlacedDelegation, PlacedSubscription } from './estate-view.ts';
import { armError, type Answer } from './exchange.ts';

const provider = 'Microsoft.ManagedServices';

export const listAssignments: ArmHandler = inScope(
  'registrationAssignments',
  (context, { placed }, delegations) => {
    const filter = managerFilter(context.call.query('$filter'));
    if (!filter) return badFilter;
    const expands = isExpanded(context);
    return paged(
      context,
      delegations
        .filter((one) => filter(one.managedByTenantId))
        .map((one) => assignmentBody(placed, one, expands)),
    );
  },
);

export const readAssignment: ArmHandler = inScope(
  'registrationAssignments',
  (context, { placed }, delegations) => {
    const name = context.parameters['registrationAssignmentId'] ?? '';
    const found = delegations.find((one) => one.assignmentName === name.toLowerCase());
    return found
      ? { status: 200, body: assignmentBody(placed, found, isExpanded(context)) }
      : notFound('RegistrationAssignmentNotFound', 'registration assignment', name);
  },
);

export const listDefinitions: ArmHandler = inScope(
  'registrationDefinitions',
  (context, _opened, delegations) => {
    const filter = managerFilter(context.call.query('$filter'));
    if (!filter) return badFilter;
    return paged(
      context,
      delegations.filter((one) => filter(one.managedByTenantId)).map((one) => definitionBody(one)),
    );
  },
);

export const readDefinition: ArmHandler = inScope(
  'registrationDefinitions',
  (context, _opened, delegations) => {
    const name = context.parameters['registrationDefinitionId'] ?? '';
    const found = delegations.find((one) => one.definitionName === name.toLowerCase());
    return found
      ? { status: 200, body: definitionBody(found) }
      : notFound('RegistrationDefinitionNotFound', 'registration definition', name);
  },
);

type ScopeHandler = (context: ArmContext, opened: Opened, delegations: readonly PlacedDelegation[]) => Answer;

/** Hands on the delegations that show at the scope of the path; a subscription's include its resource groups'. */
function inScope(type: string, handler: ScopeHandler): ArmHandler {
  return inSubscription((context, opened) => {
    const { access, placed } = opened;
    const group = context.parameters['resourceGroupName'];
    const mayRead = group === undefined ? access.whole : access.mayReadGroup(group);
    if (!mayRead) {
      const scope = group === undefined ? placed.id : `${placed.id}/resourceGroups/${group}`;
      return forbidden(context, `${provider}/${type}/read`, scope);
    }
    const delegations =
      group === undefined
        ? access.delegations
        : access.delegations.filter(
            (one) => one.delegation.resourceGroup?.toLowerCase() === group.toLowerCase(),
          );
    return handler(context, opened, delegations);
  });
}

function isExpanded({ call }: ArmContext): boolean {
  return call.query('$expandRegistrationDefinition')?.toLowerCase() === 'true';
}

/** Understands `managedByTenantId eq '…'` and `managedByTenantId in ('…', '…')`; null for anything else. */
function managerFilter(filter: string | undefined): ((tenantId: string) => boolean) | null {
  if (filter === undefined) return () => true;
  const form = /^\s*managedByTenantId\s+(?:eq\s+('[^']*')|in\s+\(([^)]*)\))\s*$/i.exec(filter);
  if (!form) return null;
  const quoted = (form[1] ?? form[2] ?? '').matchAll(/'([^']*)'/g);
  const tenants = new Set([...quoted].map((one) => one[1]?.toLowerCase()));
  return (tenantId) => tenants.has(tenantId);
}

const badFilter = armError(400, 'InvalidFilter', 'The $filter of the request is not supported.');

function notFound(code: string, what: string, name: string): Answer {
  return armError(404, code, `The ${what} '${name}' could not be found.`);
}

function assignmentBody(placed: PlacedSubscription, delegation: PlacedDelegation, expands: boolean): object {
  return {
    properties: {
      ...assignmentProperties(delegation),
      ...(expands ? { registrationDefinition: definitionBody(delegation, placed) } : {}),
    },
    id: delegation.assignmentId,
    type: `${provider}/registrationAssignments`,
    name: delegation.assignmentName,
  };
}

export function assignmentProperties({ definitionId, delegation }: PlacedDelegation): object {
  return { registrationDefinitionId: definitionId, provisioningState: delegation.provisioningState };
}

/** Only where the definition is expanded (or indexed) does it name the managed tenant. */
function definitionBody(placedDelegation: PlacedDelegation, managee?: PlacedSubscription): object {
  const { delegation, definitionId, definitionName } = placedDelegation;
  return {
    properties: definitionProperties(placedDelegation, managee),
    ...(delegation.plan === null ? {} : { plan: delegation.plan }),
    id: definitionId,
    type: `${provider}/registrationDefinitions`,
    name: definitionName,
  };
}

export function definitionProperties(
  { delegation, managedByTenantId, managedByTenantName }: PlacedDelegation,
  managee?: PlacedSubscription,
): object {
  const { eligibleAuthorizations } = delegation;
  return {
    registrationDefinitionName: delegation.offer,
    managedByTenantId,
    authorizations: delegation.authorizations,
    ...(eligibleAuthorizations.length > 0 ? { eligibleAuthorizations } : {}),
    provisioningState: 'Succeeded',
    ...(managee
      ? { manageeTenantId: managee.customer.tenantId, manageeTenantName: managee.customerName }
      : {}),
    managedByTenantName,
  };
}
