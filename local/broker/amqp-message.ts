/**
 * Messages as bytes: what a sender encoded is kept as it is (no value changes its AMQP type on the way) and only the
 * sections that belong to the broker, header and message annotations, are written anew for each delivery.
 */
import type { Typed } from 'rhea';
import type { ExtraProperties, QueuedMessage } from './queue.ts';
import { amqp } from './rhea-gaps.ts';

/** What the broker keeps of a message: its bytes, and where in them the parts are that it hands on. */
export interface Content {
  /** The whole message, with a message id. */
  readonly bytes: Buffer;
  readonly header: readonly Typed[];
  /** The sender's annotations. */
  readonly annotations: ReadonlyMap<string, Typed>;
  readonly properties: Buffer;
  readonly applicationProperties: Buffer;
  readonly body: Buffer;
}

/** What the broker must know of a message that comes in. */
export interface Arrival {
  readonly content: Content;
  readonly messageId: string;
  readonly ttlMs: number | null;
  readonly dueAt: number | null;
}

/** The message format of a batch: a message whose data sections are messages. */
export const BATCH_FORMAT = 0x80013700;

const HEADER = 0x70;
const DELIVERY_ANNOTATIONS = 0x71;
const MESSAGE_ANNOTATIONS = 0x72;
const PROPERTIES = 0x73;
const APPLICATION_PROPERTIES = 0x74;
const DATA = 0x75;

const STATES = { active: 0, deferred: 1, scheduled: 2 } as const;
const EMPTY = Buffer.alloc(0);

interface Section {
  readonly code: number;
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** Reads a message; one that came without a message id gets `newMessageId()`. Throws on bytes that are no message. */
export function readMessage(bytes: Buffer, newMessageId: () => string): Arrival {
  const sections = readSections(bytes);
  const properties = sections.find((section) => section.code === PROPERTIES);
  const id: unknown = properties ? readList(bytes, properties)[0]?.value : null;
  if (id === null || id === undefined) return readMessage(withMessageId(bytes, newMessageId()), newMessageId);

  const content = toContent(bytes, sections);
  const ttl: unknown = content.header[2]?.value;
  const due: unknown = content.annotations.get('x-opt-scheduled-enqueue-time')?.value;
  return {
    content,
    messageId: typeof id === 'string' ? id : JSON.stringify(id),
    ttlMs: typeof ttl === 'number' ? ttl : null,
    dueAt: due instanceof Date ? due.getTime() : null,
  };
}

/** Finds the parts again in bytes that `readMessage` has accepted. */
export function readContent(bytes: Buffer): Content {
  return toContent(bytes, readSections(bytes));
}

/** The messages of a batch. */
export function readBatch(bytes: Buffer): Buffer[] {
  return readSections(bytes)
    .filter((section) => section.code === DATA)
    .map((section) => new amqp.Reader(bytes.subarray(section.value, section.end)).read().value as Buffer);
}

/** Encodes a message for a receiver; `lockedUntil` is null when nobody holds it. */
export function writeMessage(message: QueuedMessage<Content>, lockedUntil: number | null): Buffer {
  const { content } = message;
  const writer = new amqp.Writer();
  writer.write(describe(HEADER, amqp.wrap_list(headerOf(message))));
  writer.write(describe(MESSAGE_ANNOTATIONS, amqp.wrap_symbolic_map(annotationsOf(message, lockedUntil))));
  const applicationProperties =
    Object.keys(message.properties).length > 0
      ? withProperties(content.applicationProperties, message.properties)
      : content.applicationProperties;
  return Buffer.concat([writer.toBuffer(), content.properties, applicationProperties, content.body]);
}

function headerOf(message: QueuedMessage<Content>): Typed[] {
  const [durable, priority] = message.content.header;
  return [
    durable ?? amqp.wrap_boolean(false),
    priority ?? amqp.wrap(null),
    message.ttlMs === null ? amqp.wrap(null) : amqp.wrap_uint(Math.min(message.ttlMs, 0xffffffff)),
    amqp.wrap(null),
    amqp.wrap_uint(message.deliveryCount),
  ];
}

function annotationsOf(message: QueuedMessage<Content>, lockedUntil: number | null): Record<string, Typed> {
  const annotations: Record<string, Typed> = {
    ...Object.fromEntries(message.content.annotations),
    'x-opt-sequence-number': amqp.wrap_long(message.sequenceNumber),
    'x-opt-enqueue-sequence-number': amqp.wrap_long(message.enqueuedSequenceNumber),
    'x-opt-enqueued-time': amqp.wrap_timestamp(message.enqueuedAt),
    'x-opt-message-state': amqp.wrap_int(STATES[message.state]),
  };
  if (lockedUntil !== null) annotations['x-opt-locked-until'] = amqp.wrap_timestamp(lockedUntil);
  if (message.deadLetterSource !== null) {
    annotations['x-opt-deadletter-source'] = amqp.wrap_string(message.deadLetterSource);
  }
  return annotations;
}

function toContent(bytes: Buffer, sections: readonly Section[]): Content {
  const find = (code: number) => sections.find((section) => section.code === code);
  const cut = (section: Section | undefined) =>
    section ? bytes.subarray(section.start, section.end) : EMPTY;
  const header = find(HEADER);
  const annotations = find(MESSAGE_ANNOTATIONS);
  const body = sections.find((section) => section.code >= DATA);
  return {
    bytes,
    header: header ? readList(bytes, header) : [],
    annotations: annotations ? readMap(readList(bytes, annotations)) : new Map(),
    properties: cut(find(PROPERTIES)),
    applicationProperties: cut(find(APPLICATION_PROPERTIES)),
    body: body ? bytes.subarray(body.start) : EMPTY,
  };
}

function withMessageId(bytes: Buffer, messageId: string): Buffer {
  const sections = readSections(bytes);
  const old = sections.find((section) => section.code === PROPERTIES);
  const fields = old ? readList(bytes, old).slice(1) : [];
  const writer = new amqp.Writer();
  writer.write(describe(PROPERTIES, amqp.wrap_list([amqp.wrap_string(messageId), ...fields])));
  const start = sections.find((section) => section.code >= PROPERTIES)?.start ?? bytes.length;
  return Buffer.concat([bytes.subarray(0, start), writer.toBuffer(), bytes.subarray(old?.end ?? start)]);
}

function withProperties(section: Buffer, extra: ExtraProperties): Buffer {
  const [old] = readSections(section);
  const pairs = old ? [...readMap(readList(section, old))] : [];
  const writer = new amqp.Writer();
  const merged = { ...Object.fromEntries(pairs), ...extra };
  writer.write(describe(APPLICATION_PROPERTIES, amqp.wrap_map(merged)));
  return writer.toBuffer();
}

function describe(code: number, value: Typed): Typed {
  return amqp.described(amqp.wrap_ulong(code), value) as Typed;
}

function readList(bytes: Buffer, section: Section): Typed[] {
  const { value } = new amqp.Reader(bytes.subarray(section.value, section.end)).read() as { value: unknown };
  return Array.isArray(value) ? (value as Typed[]) : [];
}

/** A map's keys and values alternate. */
function readMap(items: readonly Typed[]): Map<string, Typed> {
  const map = new Map<string, Typed>();
  for (let i = 0; i + 1 < items.length; i += 2) {
    const [key, value] = [items[i], items[i + 1]];
    if (key && value) map.set(String(key.value), value);
  }
  return map;
}

function readSections(bytes: Buffer): Section[] {
  const sections: Section[] = [];
  for (let start = 0; start < bytes.length;) {
    if (bytes[start] !== 0) throw new Error('not an AMQP message: a section has no descriptor');
    const value = skipValue(bytes, start + 1);
    const end = skipValue(bytes, value);
    if (end > bytes.length) throw new Error('not an AMQP message: a section is cut off');
    sections.push({ code: readCode(bytes.subarray(start + 1, value)), start, value, end });
    start = end;
  }
  return sections;
}

const SYMBOLS: Readonly<Record<string, number>> = {
  'amqp:header:list': HEADER,
  'amqp:delivery-annotations:map': DELIVERY_ANNOTATIONS,
  'amqp:message-annotations:map': MESSAGE_ANNOTATIONS,
  'amqp:properties:list': PROPERTIES,
  'amqp:application-properties:map': APPLICATION_PROPERTIES,
  'amqp:data:binary': DATA,
  'amqp:amqp-sequence:list': 0x76,
  'amqp:amqp-value:*': 0x77,
  'amqp:footer:map': 0x78,
};

function readCode(descriptor: Buffer): number {
  const { value } = new amqp.Reader(descriptor).read() as { value: unknown };
  const code = typeof value === 'number' ? value : SYMBOLS[String(value)];
  if (code === undefined) throw new Error('not an AMQP message: unknown section');
  return code;
}

/** Where the value that begins at `offset` ends. The high half of a type code says how the size is told. */
function skipValue(bytes: Buffer, offset: number): number {
  const code = bytes.readUInt8(offset);
  const next = offset + 1;
  if (code === 0) return skipValue(bytes, skipValue(bytes, next));
  const width = code >> 4;
  if (width === 4) return next;
  if (width >= 5 && width <= 9) return next + (1 << (width - 5));
  if (width < 0xa) throw new Error(`not an AMQP message: unknown type 0x${code.toString(16)}`);
  return width % 2 === 0 ? next + 1 + bytes.readUInt8(next) : next + 4 + bytes.readUInt32BE(next);
}
