/** Request and response over two links: `$cbs`, where clients bring their tokens, and `$management` of a queue. */
import rhea, { type Connection, type EventContext, type Receiver, type Sender, type Typed } from 'rhea';
import { amqp, echoTarget, makeOutlet } from './rhea-gaps.ts';

export interface Request {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Response {
  readonly status: number;
  readonly description?: string;
  /** The symbol that tells the client what kind of error it is. */
  readonly condition?: string;
  readonly body?: Typed;
}

/** The two spellings of a response's status. */
type StatusNames = 'status-code' | 'statusCode';

/** Serves the link that requests come in on. */
export function serveRequests(
  receiver: Receiver,
  statusName: StatusNames,
  answer: (request: Request) => Response,
): void {
  echoTarget(receiver);
  receiver.on('message', ({ connection, delivery, message: bytes }: EventContext) => {
    if (!delivery || !Buffer.isBuffer(bytes)) return;
    delivery.accept();
    const message = rhea.message.decode(bytes);
    const properties = asMap(message['application_properties']);
    const operation = properties['operation'];
    if (typeof operation !== 'string' || typeof message['reply_to'] !== 'string') return;
    const response = answer({ operation, body: asMap(message['body']) });
    reply(connection, message['reply_to'], encode(response, message['message_id'], statusName));
  });
}

const outlets = new WeakMap<Sender, ReturnType<typeof makeOutlet>>();

/** Serves the link that responses go out on. */
export function serveResponses(sender: Sender): void {
  outlets.set(
    sender,
    makeOutlet(sender, () => undefined),
  );
}

function reply(connection: Connection, linkName: string, payload: Buffer): void {
  const sender = connection.find_sender((link: Sender) => link.name === linkName);
  if (sender) outlets.get(sender)?.send(payload);
}

function encode(response: Response, requestId: unknown, statusName: StatusNames): Buffer {
  const description = response.description ?? (response.status < 300 ? 'OK' : 'Error');
  const isCbs = statusName === 'status-code';
  const errorCondition = response.condition ? { errorCondition: amqp.wrap_symbol(response.condition) } : {};
  return rhea.message.encode({
    correlation_id: requestId,
    application_properties: {
      [statusName]: amqp.wrap_int(response.status),
      [isCbs ? 'status-description' : 'statusDescription']: description,
      ...errorCondition,
    },
    body: response.body ?? null,
  });
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
