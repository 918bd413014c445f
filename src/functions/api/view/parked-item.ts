import type * as z from 'zod';
import type { ParkedPreview } from '../../../lib/domain/ports.ts';
import type { Given } from '../contract/operation.ts';
import type { parkedMessage } from '../contract/parked.ts';

/** Bytes of a body that a list shows. */
const SHOWN = 500;

export function parkedItemOf(message: ParkedPreview, now: Date): Given<z.infer<typeof parkedMessage>> {
  const { id, queue, messageId, reason, attempts, parkedAt, size, beginning, lineage } = message;
  return {
    ...{ id, queue, messageId, reason, attempts, parkedAt, size, lineage },
    ageSeconds: Math.max(0, Math.floor((now.getTime() - Date.parse(parkedAt)) / 1000)),
    // Bytes that are no text show as replacement characters; the whole body is kept as it came.
    preview: new TextDecoder().decode(beginning.slice(0, SHOWN)),
  };
}
