/**
 * JSON merge patch (RFC 7396) for estates, with keyed lists: customers merge by tenantId, subscriptions by
 * subscriptionId, principals by name. A keyed list may be patched by a list of elements or by an object keyed by the
 * id, in which null removes the element. All other lists are replaced whole.
 */
const keys: Readonly<Record<string, string>> = {
  customers: 'tenantId',
  subscriptions: 'subscriptionId',
  principals: 'name',
};

type Json = Readonly<Record<string, unknown>>;

export function patchEstate(target: Json, patch: Json): Json {
  const result = new Map(Object.entries(target));
  for (const [name, change] of Object.entries(patch)) {
    const value = patched(name, result.get(name), change);
    if (value === undefined) result.delete(name);
    else result.set(name, value);
  }
  return Object.fromEntries(result);
}

function patched(name: string, before: unknown, change: unknown): unknown {
  if (change === null) return undefined;
  const key = keys[name];
  if (key !== undefined) return patchKeyed(key, isList(before) ? before : [], change);
  if (isObject(change)) return patchEstate(isObject(before) ? before : {}, change);
  return change;
}

function patchKeyed(key: string, before: readonly unknown[], change: unknown): unknown[] {
  const elements = new Map(before.filter(isObject).map((one) => [idOf(key, one), one]));
  for (const [id, element] of keyedChanges(key, change)) {
    if (element === null) elements.delete(id);
    else elements.set(id, patchEstate(elements.get(id) ?? { [key]: id }, element));
  }
  return [...elements.values()];
}

function keyedChanges(key: string, change: unknown): [string, Json | null][] {
  if (isList(change)) return change.filter(isObject).map((one) => [idOf(key, one), one]);
  if (!isObject(change)) return [];
  return Object.entries(change).map(([id, one]) => [normalId(key, id), isObject(one) ? one : null]);
}

function idOf(key: string, element: Json): string {
  return normalId(key, String(element[key]));
}

function normalId(key: string, id: string): string {
  return key === 'name' ? id : id.toLowerCase();
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
