/** What people call a customer's subscriptions, by their ids in small letters. */
export type ScopeNames = ReadonlyMap<string, string>;

const nothingKnown: ScopeNames = new Map();

export function namesOf(
  scopes: readonly { readonly subscriptionId: string; readonly displayName: string | null }[],
): ScopeNames {
  return new Map(
    scopes.flatMap(({ subscriptionId, displayName }) =>
      displayName === null ? [] : [[subscriptionId.toLowerCase(), displayName]],
    ),
  );
}

/** The short name of a scope: its resource group, and what its subscription is called, or how its id begins. */
export function scopeName(scope: string, names: ScopeNames = nothingKnown): string {
  const group = /\/resourceGroups\/([^/]+)/i.exec(scope)?.[1];
  const id = /\/subscriptions\/([^/]+)/i.exec(scope)?.[1];
  if (id === undefined) return scope;
  const name = names.get(id.toLowerCase());
  if (group) return name ? `${group} in ${name}` : `resource group ${group}`;
  return name ?? `subscription ${id.slice(0, 8)}`;
}

/** Where somebody looks at a scope in the Azure portal. */
export function portalLink(tenantId: string, scope: string): string {
  return `https://portal.azure.com/#@${tenantId}/resource${scope}`;
}
