import type { InvocationContext } from '@azure/functions';
import { lineageIn } from '../lib/domain/lineage.ts';

/** What a Service Bus trigger tells about a message. The library parses every string as JSON, so ids become text again. */
export function messageFacts(context: InvocationContext) {
  const metadata = context.triggerMetadata ?? {};
  const properties = (metadata['applicationProperties'] ?? {}) as Record<string, unknown>;
  return {
    messageId: textOf(metadata['messageId']),
    attempts: Number(metadata['deliveryCount'] ?? 1),
    enqueuedAt: utcDate(textOf(metadata['enqueuedTimeUtc'])),
    lineage: properties['lineage'] === undefined ? null : textOf(properties['lineage']),
    property: (name: string) => (properties[name] === undefined ? null : textOf(properties[name])),
  };
}

/**
 * What is kept of a parked or dead-lettered message. Only what we parked ourselves tells of itself; on a dead-lettered
 * message these properties are whatever its sender has set.
 */
export function parkedFacts(context: InvocationContext, deadLetteredFrom: string | null) {
  const { messageId, lineage, attempts, property } = messageFacts(context);
  const told = (name: string) => (deadLetteredFrom === null ? property(name) : null);
  const why = told('reason') ?? property('deadLetterErrorDescription') ?? property('deadLetterReason');
  return {
    queue: deadLetteredFrom ?? told('source') ?? 'parked',
    messageId: told('sourceMessageId') ?? messageId,
    reason: why ?? 'The message was dead-lettered without a reason.',
    lineage: lineageIn(lineage),
    attempts: Number(told('attempts') ?? attempts),
  };
}

/** Which trace an invocation belongs to: what its message carries, and what the host tells of its own. */
export function traceFacts(context: InvocationContext) {
  const { property } = messageFacts(context);
  return {
    name: context.functionName,
    id: context.invocationId,
    host: context.traceContext?.traceParent ?? null,
    continues: property('traceparent'),
    followsFrom: property('followsfrom'),
  };
}

/** The extension writes UTC times without a zone, which JavaScript would read as local time. */
function utcDate(text: string): Date {
  return new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
