/**
 * What a broker needs of rhea and rhea does not offer or type. Only this file knows rhea's insides (3.0.5).
 */
import type { Socket } from 'node:net';
import rhea, {
  type Connection,
  type Delivery,
  type Receiver,
  type Sender,
  type Session,
  type Typed,
} from 'rhea';

interface Codec {
  readonly Reader: new (bytes: Buffer) => { read(): Typed };
  readonly Writer: new () => { write(value: Typed): void; toBuffer(): Buffer };
}

/** rhea's types with the reader and writer that its typings leave out. */
export const amqp = rhea.types as typeof rhea.types & Codec;

interface AttachFields {
  source: unknown;
  target: unknown;
  snd_settle_mode: number;
  rcv_settle_mode: number;
}

interface LinkInternals {
  readonly local: { readonly attach: AttachFields };
}

interface SenderInternals extends LinkInternals {
  readonly session: { readonly outgoing: { available(): number } };
  readonly connection: { _register(): void };
  credit: number;
  delivery_count: number;
  issue_flow: boolean;
  _get_drain: () => boolean;
}

interface SessionInternals {
  on_transfer: (frame: { performative: { message_format: number | null } }) => void;
}

interface DeliveryInternals {
  remote_settled: boolean;
}

interface ConnectionInternals {
  readonly socket: Socket;
  readonly abort_socket: (socket: Socket) => void;
  readonly accept: (socket: Socket) => void;
}

/** Serves AMQP on an accepted socket. */
export function acceptSocket(connection: Connection, socket: Socket): void {
  (connection as unknown as ConnectionInternals).accept(socket);
}

/** Ends a connection at once; unlike a destroyed socket it leaves no heartbeat timers behind. */
export function abortConnection(connection: Connection): void {
  const { socket } = connection as unknown as ConnectionInternals;
  (connection as unknown as ConnectionInternals).abort_socket(socket);
}

/**
 * Makes the session hand over the bytes of every message. By itself rhea decodes plain messages, and values lose their
 * AMQP type on the way; it leaves alone only what has a format it does not know.
 */
export function keepPayloadsRaw(session: Session): void {
  const internals = session as unknown as SessionInternals;
  const onTransfer = internals.on_transfer.bind(session);
  const unknownFormat = 0x7fffffff;
  internals.on_transfer = (frame) => {
    frame.performative.message_format ||= unknownFormat;
    onTransfer(frame);
  };
}

/** Answers an attach the way it came: same target. */
export function echoTarget(receiver: Receiver): void {
  receiver.set_target({ address: receiver.target.address });
}

/** Where a broker's messages leave: a sender link with an honest account of its credit. */
export interface Outlet {
  isOpen(): boolean;
  /** How many more messages the receiver wants, and rhea can keep until they are settled. */
  credit(): number;
  send(payload: Buffer, tag?: Buffer): void;
}

/**
 * Answers an attach the way it came (same source, same settle modes) and makes an outlet of the link. `onCredit` runs
 * whenever there may be credit to use; what it leaves of a drain is given back.
 */
export function makeOutlet(sender: Sender, onCredit: () => void): Outlet {
  const internals = sender as unknown as SenderInternals;
  sender.set_source({ address: sender.source.address });
  internals.local.attach.snd_settle_mode = sender.snd_settle_mode;
  internals.local.attach.rcv_settle_mode = sender.rcv_settle_mode;

  let attached = false;
  let asked: 'no' | 'drain' | 'give back' = 'no';
  let sent = 0;

  // rhea counts a transfer against the credit only when it is written, and answers a drain only when credit is left;
  // a client that never hears of its drain waits and then closes the link.
  internals._get_drain = () => {
    if (asked !== 'give back') return false;
    asked = 'no';
    internals.delivery_count += internals.credit;
    internals.credit = 0;
    sent = internals.delivery_count;
    return true;
  };

  const serve = () => {
    if (!attached) return;
    onCredit();
    if (asked !== 'drain') return;
    asked = 'give back';
    internals.issue_flow = true;
    internals.connection._register();
  };
  sender.on('sender_flow', serve);
  // There is room again for unsettled messages.
  sender.on('sendable', serve);
  sender.on('sender_draining', () => {
    asked = 'drain';
    serve();
  });
  // In the turn that answers an attach rhea writes transfers first; a client that sent credit along with its attach would
  // get messages on a link it does not know yet.
  setImmediate(() => {
    attached = true;
    serve();
  });

  const send = (payload: Buffer, tag?: Buffer) => {
    if (!attached) {
      setImmediate(send, payload, tag);
      return;
    }
    sent += 1;
    sender.send(payload, tag, 0);
  };
  return {
    isOpen: () => sender.is_open(),
    credit: () => {
      if (!attached || asked === 'give back') return 0;
      const wanted = internals.credit + internals.delivery_count - sent;
      return Math.min(wanted, internals.session.outgoing.available());
    },
    send,
  };
}

/** Confirms what the receiver did with a delivery. */
export function confirm(delivery: Delivery): void {
  settle(delivery, amqp.described(amqp.wrap_ulong(0x24), amqp.wrap_list([])));
}

/** Refuses what the receiver wanted to do with a delivery. */
export function refuse(delivery: Delivery, condition: string, description: string): void {
  const error = amqp.wrap_error({ condition, description });
  alone(() => settle(delivery, amqp.described(amqp.wrap_ulong(0x25), amqp.wrap_list([error]))));
}

/** Refuses a message that came in. */
export function rejectArrival(delivery: Delivery, condition: string, description: string): void {
  alone(() => delivery.reject({ condition, description }));
}

function settle(delivery: Delivery, state: unknown): void {
  delivery.update(true, state);
  // The client never says "settled" back, and rhea keeps a delivery until it does: at 2,048 the session would stall.
  (delivery as unknown as DeliveryInternals).remote_settled = true;
}

/**
 * Dispositions written in one go are merged when their delivery ids follow each other, the second whatever its state: a
 * refusal next to a confirmation would take on its outcome. In a turn of its own it has no neighbours.
 */
function alone(write: () => void): void {
  setImmediate(write);
}
