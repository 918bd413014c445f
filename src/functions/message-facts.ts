import type { InvocationContext } from '@azure/functions';
import { FIRST_ENQUEUED, lineageIn } from '../lib/domain/lineage.ts';

/** What a Service Bus trigger tells about a message. The library parses every string as JSON, so ids become text again. */
export function messageFacts(context: InvocationContext) {
  const metadata = context.triggerMetadata ?? {};
  const properties = (metadata['applicationProperties'] ?? {}) as Record<string, unknown>;
  const property = (name: string) => (properties[name] === undefined ? null : textOf(properties[name]));
  return {
    messageId: textOf(metadata['messageId']),
    attempts: Number(metadata['deliveryCount'] ?? 1),
    enqueuedAt: firstOf(utcDate(textOf(metadata['enqueuedTimeUtc'])), property(FIRST_ENQUEUED)),
    lineage: property('lineage'),
    property,
  };
}

/**
 * When a message was first enqueued: a copy of it, parked or sent again, brings that along. It can only put the message
 * earlier, so whoever else sets the property makes nothing newer than it is.
 */
function firstOf(enqueuedAt: Date, told: string | null): Date {
  const first = new Date(told ?? '');
  return first < enqueuedAt ? first : enqueuedAt;
}

/**
 * What is kept of a parked or dead-lettered message. Only what we parked ourselves tells of itself; on a dead-lettered
 * message these properties are whatever its sender has set.
 */
export function parkedFacts(context: InvocationContext, deadLetteredFrom: string | null) {
  const { messageId, lineage, attempts, enqueuedAt, property } = messageFacts(context);
  const told = (name: string) => (deadLetteredFrom === null ? property(name) : null);
  const why = told('reason') ?? property('deadLetterErrorDescription') ?? property('deadLetterReason');
  return {
    queue: deadLetteredFrom ?? told('source') ?? 'parked',
    messageId: told('sourceMessageId') ?? messageId,
    reason: why ?? 'The message was dead-lettered without a reason.',
    lineage: lineageIn(lineage),
    attempts: Number(told('attempts') ?? attempts),
    enqueuedAt: Number.isNaN(enqueuedAt.getTime()) ? null : enqueuedAt.toISOString(),
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
