import type { InvocationContext } from '@azure/functions';

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

/** The extension writes UTC times without a zone, which JavaScript would read as local time. */
function utcDate(text: string): Date {
  return new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
