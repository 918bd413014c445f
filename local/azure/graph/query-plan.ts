/** What a Resource Graph query asks for, once parsed. */
export type Expression =
  | { readonly kind: 'path'; readonly path: readonly string[] }
  | { readonly kind: 'call'; readonly name: 'tolower' | 'tostring'; readonly argument: Expression };

export interface Condition {
  readonly left: Expression;
  readonly ignoresCase: boolean;
  readonly negated: boolean;
  readonly values: readonly string[];
}

export interface Projection {
  readonly name: string;
  readonly value: Expression;
}

export interface Ordering {
  readonly column: string;
  readonly descending: boolean;
}

export type Stage =
  | { readonly kind: 'where'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'project'; readonly columns: readonly Projection[] }
  | {
      readonly kind: 'join';
      readonly right: Plan;
      readonly on: string;
      /** What the right side adds, under names the left side does not have. */
      readonly adds: readonly { readonly name: string; readonly from: string }[];
    }
  | { readonly kind: 'order'; readonly by: readonly Ordering[] }
  | { readonly kind: 'limit'; readonly rows: number }
  | { readonly kind: 'count' };

export interface Plan {
  readonly table: string;
  readonly stages: readonly Stage[];
  /** The columns of the result, in order. */
  readonly columns: readonly string[];
}

/** The columns of every table. */
export const tableColumns = [
  'id',
  'name',
  'type',
  'tenantId',
  'kind',
  'location',
  'resourceGroup',
  'subscriptionId',
  'managedBy',
  'sku',
  'plan',
  'properties',
  'tags',
  'identity',
  'zones',
  'extendedLocation',
] as const;

export const tables = ['resources', 'resourcecontainers', 'managedservicesresources'] as const;
