/** The properties of a queue, as `infra/queues.json` states them for Bicep and for this broker alike. */
export interface QueueProperties {
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  /** Null: messages live until somebody takes them. */
  readonly defaultTtlMs: number | null;
  /** Null: no duplicate detection. */
  readonly duplicateWindowMs: number | null;
}

/** One entry of `infra/queues.json`; durations are ISO 8601. */
export interface QueueDefinition {
  readonly lockDuration: string;
  readonly maxDeliveryCount: number;
  readonly defaultMessageTimeToLive?: string | null;
  readonly duplicateDetectionHistoryTimeWindow?: string | null;
}

/** Reads one definition; throws a sentence that names the queue when a duration is not one. */
export function readQueueProperties(name: string, definition: QueueDefinition): QueueProperties {
  const duration = (text: string) => {
    const ms = durationMs(text);
    if (ms === null) throw new Error(`queue ${name}: not an ISO 8601 duration: ${text}`);
    return ms;
  };
  const optional = (text: string | null | undefined) =>
    text === null || text === undefined ? null : duration(text);
  return {
    lockDurationMs: duration(definition.lockDuration),
    maxDeliveryCount: definition.maxDeliveryCount,
    defaultTtlMs: optional(definition.defaultMessageTimeToLive),
    duplicateWindowMs: optional(definition.duplicateDetectionHistoryTimeWindow),
  };
}

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

function durationMs(text: string): number | null {
  const match = DURATION.exec(text);
  if (!match || /[PT]$/.test(text)) return null;
  const [days, hours, minutes, seconds] = match.slice(1).map((part: string | undefined) => Number(part ?? 0));
  return Math.round(
    (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000,
  );
}
