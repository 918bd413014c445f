/** The property by which a copy of a message tells when the first of them was enqueued. */
export const FIRST_ENQUEUED = 'firstEnqueuedAt';

/** Ids that are kept of a message's past. */
export const LINEAGE_KEPT = 10;

/**
 * The ids a message was sent under before, the oldest first, from the property it brings them in; none where it has none, or
 * one that is not ours.
 */
export function lineageIn(property: string | null): readonly string[] {
  try {
    const ids: unknown = JSON.parse(property ?? '[]');
    return isLineage(ids) ? ids : [];
  } catch {
    return [];
  }
}

function isLineage(ids: unknown): ids is readonly string[] {
  return Array.isArray(ids) && ids.length <= LINEAGE_KEPT && ids.every((id) => typeof id === 'string');
}
