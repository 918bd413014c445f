/** A Service Bus message as the real host hands it to a Node worker: its body, and what the metadata calls things. */
import type { TraceContext, TypedData } from './core-api.ts';
import type { TriggerInput } from './invocation.ts';

/** The part of the SDK's received message that this host reads, received with `skipParsingBodyAsJson`. */
export interface BusMessage {
  /** A Buffer, unless the sender used an AMQP value or sequence instead of data. */
  readonly body: unknown;
  readonly messageId?: string | number | Buffer;
  readonly deliveryCount?: number;
  readonly lockToken?: string;
  readonly lockedUntilUtc?: Date;
  readonly enqueuedTimeUtc?: Date;
  readonly expiresAtUtc?: Date;
  readonly sequenceNumber?: { toString(): string };
  readonly correlationId?: string | number | Buffer;
  readonly contentType?: string;
  readonly subject?: string;
  readonly to?: string;
  readonly replyTo?: string;
  readonly sessionId?: string;
  readonly replyToSessionId?: string;
  readonly partitionKey?: string;
  readonly deadLetterSource?: string;
  readonly applicationProperties?: Readonly<Record<string, unknown>>;
}

/** What a queue trigger hands to the library for one message. */
export function messageInput(message: BusMessage, binary: boolean): TriggerInput {
  const traceContext = traceOf(message.applicationProperties ?? {});
  const data: TypedData = binary ? { bytes: bodyBytes(message.body) } : { string: bodyText(message.body) };
  return {
    data,
    triggerMetadata: shadowedByBody(messageMetadata(message), data.string),
    ...(traceContext && { traceContext }),
  };
}

/** What a queue trigger hands over when an administrator runs it by hand with `text`. */
export function manualInput(text: string, binary: boolean): TriggerInput {
  return { data: binary ? { bytes: Buffer.from(text) } : { string: text } };
}

function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  if (body === undefined || body === null) return new Uint8Array();
  throw new Error(`a message whose body is an AMQP value (${typeof body}) has no bytes`);
}

function bodyText(body: unknown): string {
  if (body instanceof Uint8Array) return utf8(body);
  if (typeof body === 'string') return body;
  if (body === undefined || body === null) return '';
  throw new Error(`a message with a value type of ${typeof body} cannot be bound to a string`);
}

/** Bytes that are not UTF-8 become replacement characters; a byte order mark stays, as in .NET. */
function utf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function messageMetadata(message: BusMessage): Record<string, TypedData> {
  const metadata: Record<string, TypedData | undefined> = {
    MessageId: string(message.messageId),
    // The SDK counts failed deliveries before this one; the .NET host counts this one too.
    DeliveryCount: json((message.deliveryCount ?? 0) + 1),
    LockToken: string(message.lockToken),
    // The host takes these two from a DateTimeOffset's DateTime, which has lost its zone.
    EnqueuedTimeUtc: json(message.enqueuedTimeUtc?.toISOString().replace('Z', '')),
    ExpiresAtUtc: json(message.expiresAtUtc?.toISOString().replace('Z', '')),
    EnqueuedTime: json(message.enqueuedTimeUtc?.toISOString().replace('Z', '+00:00')),
    ExpiresAt: json(message.expiresAtUtc?.toISOString().replace('Z', '+00:00')),
    SequenceNumber: message.sequenceNumber && { json: message.sequenceNumber.toString() },
    CorrelationId: string(message.correlationId),
    ContentType: string(message.contentType),
    Subject: string(message.subject),
    Label: string(message.subject),
    To: string(message.to),
    ReplyTo: string(message.replyTo),
    SessionId: string(message.sessionId),
    ReplyToSessionId: string(message.replyToSessionId),
    PartitionKey: string(message.partitionKey),
    DeadLetterSource: string(message.deadLetterSource),
    ApplicationProperties: json(message.applicationProperties ?? {}),
    UserProperties: json(message.applicationProperties ?? {}),
  };
  return Object.fromEntries(
    Object.entries(metadata).filter((entry): entry is [string, TypedData] => entry[1] !== undefined),
  );
}

function string(value: string | number | Buffer | undefined): TypedData | undefined {
  return value === undefined ? undefined : { string: String(value) };
}

function json(value: unknown): TypedData | undefined {
  return value === undefined ? undefined : { json: JSON.stringify(value) };
}

/**
 * The real host also puts the top-level members of a JSON object body among the metadata, over those of the message:
 * a body with a `messageId` of its own hides the message's. Arrays and nulls are left out.
 */
function shadowedByBody(
  metadata: Record<string, TypedData>,
  body: string | undefined,
): Record<string, TypedData> {
  const keys = new Map(Object.keys(metadata).map((key) => [key.toLowerCase(), key]));
  for (const [name, value] of Object.entries(bodyMembers(body))) {
    const member = memberData(value);
    if (member) metadata[keys.get(name.toLowerCase()) ?? name] = member;
  }
  return metadata;
}

function bodyMembers(body: string | undefined): object {
  if (!body?.trim().startsWith('{')) return {};
  try {
    return JSON.parse(body) as object;
  } catch {
    return {};
  }
}

function memberData(value: unknown): TypedData | undefined {
  if (value === null || Array.isArray(value)) return undefined;
  // .NET writes booleans with a capital letter.
  if (typeof value === 'boolean') return { string: value ? 'True' : 'False' };
  return typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) };
}

function traceOf(properties: Readonly<Record<string, unknown>>): TraceContext | undefined {
  const traceParent = properties['Diagnostic-Id'] ?? properties['traceparent'];
  const traceState = properties['tracestate'];
  if (typeof traceParent !== 'string') return undefined;
  return { traceParent, ...(typeof traceState === 'string' && { traceState }) };
}
