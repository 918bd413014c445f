/** The tables of Resource Graph for one caller, made from the estate as indexed. */
import { accessTo } from '../access.ts';
import type { EstateView, PlacedDelegation, PlacedSubscription } from '../estate-view.ts';
import type { Caller } from '../exchange.ts';
import { assignmentProperties, definitionProperties } from '../managed-services.ts';
import { subscriptionPolicies, visibleManagers } from '../subscriptions.ts';

export type Row = Readonly<Record<string, unknown>>;

interface Table {
  readonly rows: readonly Row[];
  /** Rows by lower-case value of a column, for the columns that queries pick rows by. */
  readonly index: Readonly<Record<string, ReadonlyMap<string, readonly Row[]>>>;
}

export interface Dataset {
  readonly tables: Readonly<Record<string, Table>>;
  /** Every subscription in sight of the caller. */
  readonly subscriptionIds: readonly string[];
  /** Results already worked out, by query; they hold as long as the estate does. */
  readonly results: Map<string, readonly Row[]>;
  /** Right sides of joins, by query and column. */
  readonly joins: Map<string, ReadonlyMap<unknown, readonly Row[]>>;
}

export function makeDataset(view: EstateView, caller: Caller, now: number): Dataset {
  const seen = view.subscriptions.flatMap((placed) => {
    const access = accessTo(view, caller, placed, now);
    return access ? [{ placed, delegations: access.delegations }] : [];
  });
  const delegated = seen.flatMap(({ placed, delegations }) =>
    delegations.flatMap((one) => [assignmentRow(placed, one), definitionRow(placed, one)]),
  );
  return {
    tables: {
      resources: indexed([]),
      resourcecontainers: indexed(seen.map(({ placed }) => subscriptionRow(view, caller, placed))),
      managedservicesresources: indexed(delegated),
    },
    subscriptionIds: seen.map(({ placed }) => placed.subscription.subscriptionId),
    results: new Map(),
    joins: new Map(),
  };
}

function subscriptionRow(view: EstateView, caller: Caller, placed: PlacedSubscription): Row {
  return row(placed, {
    id: placed.id,
    name: placed.displayName,
    type: 'microsoft.resources/subscriptions',
    properties: {
      managedByTenants: visibleManagers(view.observerId, caller.objectId, placed),
      state: placed.subscription.state,
      subscriptionPolicies: subscriptionPolicies(placed),
    },
  });
}

function assignmentRow(placed: PlacedSubscription, delegation: PlacedDelegation): Row {
  return row(placed, {
    id: delegation.assignmentId,
    name: delegation.assignmentName,
    type: 'microsoft.managedservices/registrationassignments',
    resourceGroup: delegation.delegation.resourceGroup?.toLowerCase() ?? '',
    properties: assignmentProperties(delegation),
  });
}

function definitionRow(placed: PlacedSubscription, delegation: PlacedDelegation): Row {
  return row(placed, {
    id: delegation.definitionId,
    name: delegation.definitionName,
    type: 'microsoft.managedservices/registrationdefinitions',
    plan: delegation.delegation.plan,
    properties: definitionProperties(delegation, placed),
  });
}

function row(placed: PlacedSubscription, special: Row): Row {
  return {
    tenantId: placed.customer.tenantId,
    kind: '',
    location: '',
    resourceGroup: '',
    subscriptionId: placed.subscription.subscriptionId,
    managedBy: '',
    sku: null,
    plan: null,
    tags: null,
    identity: null,
    zones: null,
    extendedLocation: null,
    ...special,
  };
}

function indexed(rows: readonly Row[]): Table {
  return {
    rows,
    index: { tenantId: groupBy(rows, 'tenantId'), subscriptionId: groupBy(rows, 'subscriptionId') },
  };
}

function groupBy(rows: readonly Row[], column: string): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(rows, (one) => String(one[column]).toLowerCase());
}
