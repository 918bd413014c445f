/**
 * A scope is an ARM id: of a subscription, or of a resource group in it. Two spellings of one id (case, slashes) are one
 * scope; `scopeKey` is the spelling that ids are compared and stored by, the id itself is what people see.
 */
export interface Scope {
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string | null;
}

/** The scope of a whole subscription. `subscriptionId` is a GUID of any case. */
export function subscriptionScope(subscriptionId: string): Scope {
  const id = subscriptionId.toLowerCase();
  return { id: `/subscriptions/${id}`, subscriptionId: id, resourceGroup: null };
}

/** The scope of one resource group; its name keeps the case ARM gave it. */
export function resourceGroupScope(subscriptionId: string, resourceGroup: string): Scope {
  const id = subscriptionId.toLowerCase();
  return { id: `/subscriptions/${id}/resourceGroups/${resourceGroup}`, subscriptionId: id, resourceGroup };
}

const ARM_SCOPE = /^\/*subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?(?:\/|$)/i;

/** The subscription or resource group an ARM id lies in; null for an id outside subscriptions. */
export function scopeOf(armId: string): Scope | null {
  const [, subscriptionId, resourceGroup] = ARM_SCOPE.exec(armId) ?? [];
  if (!subscriptionId) return null;
  return resourceGroup
    ? resourceGroupScope(subscriptionId, resourceGroup)
    : subscriptionScope(subscriptionId);
}

/** The spelling a scope is compared and stored by. */
export function scopeKey(scope: Pick<Scope, 'id'>): string {
  return scope.id.toLowerCase();
}

/** The spelling an ARM id is compared and stored by. */
export function keyOf(armId: string): string {
  return scopeKey({ id: armId });
}

/** The resource group an ARM id lies in; null for a subscription and for what stands above it. */
export function groupOf(armId: string): Scope | null {
  const found = scopeOf(armId);
  return found?.resourceGroup ? found : null;
}

/** Whether an ARM id lies in a scope, or names it. */
export function isWithin(armId: string, container: Scope): boolean {
  const key = keyOf(armId);
  return key === scopeKey(container) || key.startsWith(`${scopeKey(container)}/`);
}
