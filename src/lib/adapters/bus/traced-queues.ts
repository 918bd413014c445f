import type { OutgoingMessage, Queues } from '../../domain/ports.ts';
import type { Telemetry } from '../../domain/telemetry.ts';

/** The property that a message continues a trace by. */
const CONTINUES = 'traceparent';
/** The property that names the span which led to a message long before it is read. */
const FOLLOWS_FROM = 'followsfrom';

/**
 * A copy that becomes visible later than this begins a trace of its own, linked to the one it came from: a trace over
 * hours is kept whole by no store and read by nobody. Retries (15 minutes at most, by default) stay in their trace.
 */
const SAME_TRACE_WITHIN_MS = 15 * 60_000;

/** Queues whose every message is a span, and carries on the trace it was sent in. */
export function makeTracedQueues(queues: Queues, telemetry: Telemetry, clock: () => Date): Queues {
  return {
    reach: (queue) => queues.reach(queue),
    send: (queue, message) =>
      telemetry.span(
        {
          name: `send ${queue}`,
          kind: 'producer',
          attributes: {
            'messaging.system': 'servicebus',
            'messaging.destination.name': queue,
            'messaging.operation.type': 'send',
            ...(message.at ? { 'pal.message.at': message.at.toISOString() } : {}),
          },
        },
        () => {
          const carrier = telemetry.carrier();
          if (carrier === null) return queues.send(queue, message);
          const property = muchLater(message, clock()) ? FOLLOWS_FROM : CONTINUES;
          return queues.send(queue, {
            ...message,
            properties: { ...message.properties, [property]: carrier },
          });
        },
      ),
  };
}

function muchLater({ at }: OutgoingMessage, now: Date): boolean {
  return at !== undefined && at.getTime() - now.getTime() > SAME_TRACE_WITHIN_MS;
}
