/** The broker's network side: accepts connections and shows each new link to the part that serves it. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import rhea, { type Connection, type ConnectionOptions, type EventContext } from 'rhea';
import { makeDispatcher, type Dispatcher } from './amqp-delivery.ts';
import { MAX_MESSAGE_BYTES, serveIntake } from './amqp-intake.ts';
import { manage } from './amqp-management.ts';
import type { Content } from './amqp-message.ts';
import { serveRequests, serveResponses } from './amqp-requests.ts';
import type { Entities } from './entities.ts';
import type { Queue } from './queue.ts';
import { abortConnection, acceptSocket, keepPayloadsRaw } from './rhea-gaps.ts';

export interface AmqpServer {
  readonly port: number;
  /** A queue has something new to receive. */
  wake(queue: Queue<Content>): void;
  stop(): Promise<void>;
}

/** Listens on the loopback interface; port 0 takes a free one. */
export async function startAmqpServer(entities: Entities, port: number): Promise<AmqpServer> {
  const container = rhea.create_container({ id: 'service-bus-dev-broker' });
  const dispatchers = new Map<Queue<Content>, Dispatcher>();
  const connections = new Set<Connection>();

  const dispatcherOf = (queue: Queue<Content>) => {
    const dispatcher = dispatchers.get(queue) ?? makeDispatcher(queue);
    dispatchers.set(queue, dispatcher);
    return dispatcher;
  };

  container.on('session_open', ({ session }: EventContext) => {
    if (session) keepPayloadsRaw(session);
  });

  container.on('receiver_open', ({ receiver }: EventContext) => {
    if (!receiver) return;
    const address = addressOf(receiver.target);
    const entity = entities.find(address);
    switch (entity?.kind) {
      case 'queue':
        serveIntake(entity.queue, receiver);
        break;
      case 'management':
        serveRequests(receiver, 'statusCode', (request) => manage(entity.queue, request));
        break;
      case 'tokens':
        // Nobody is turned away: the key in the connection string is no secret.
        serveRequests(receiver, 'status-code', () => ({ status: 202, description: 'Accepted' }));
        break;
      case 'dead-letters':
        receiver.close({ condition: 'amqp:not-allowed', description: `Cannot send to '${address}'.` });
        break;
      case undefined:
        receiver.close(notFound(address));
    }
  });

  container.on('sender_open', ({ sender }: EventContext) => {
    if (!sender) return;
    const address = addressOf(sender.source);
    const entity = entities.find(address);
    switch (entity?.kind) {
      case 'queue':
      case 'dead-letters':
        dispatcherOf(entity.queue).attach(sender);
        break;
      case 'management':
      case 'tokens':
        serveResponses(sender);
        break;
      case undefined:
        sender.close(notFound(address));
    }
  });

  // A client that goes away is no trouble of the broker's: its locks expire in their time. Unheard, these events throw.
  for (const event of TROUBLE) container.on(event, () => undefined);

  const server = createServer((socket) => {
    holdBack(socket, () => {
      entities.flush();
    });
    const connection = container.create_connection(CONNECTION_OPTIONS as ConnectionOptions);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
    acceptSocket(connection, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(inUse ? new Error(`Service Bus dev broker: port ${port} is already in use`) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    wake: (queue) => dispatchers.get(queue)?.dispatch(),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const connection of connections) abortConnection(connection);
      await closed;
    },
  };
}

const TROUBLE = [
  'disconnected',
  'error',
  'connection_error',
  'session_error',
  'sender_error',
  'receiver_error',
];

const CONNECTION_OPTIONS: object = {
  max_frame_size: 65_536,
  tcp_no_delay: true,
  sender_options: { treat_modified_as_released: false },
  receiver_options: { autoaccept: false, credit_window: 1000, max_message_size: MAX_MESSAGE_BYTES },
};

/**
 * Sends what is written in one turn of the event loop together, after `before` has run: nobody hears of a change that is
 * not on disk yet, and a burst of frames costs one system call.
 */
function holdBack(socket: Socket, before: () => void): void {
  const write: (data: Buffer) => boolean = socket.write.bind(socket);
  let held = false;
  const letGo = () => {
    held = false;
    before();
    socket.uncork();
  };
  socket.write = (data: unknown) => {
    if (!held) {
      held = true;
      socket.cork();
      setImmediate(letGo);
    }
    return write(data as Buffer);
  };
}

function addressOf(terminus: { address?: string } | null | undefined): string {
  return terminus?.address ?? '';
}

function notFound(address: string) {
  return {
    condition: 'amqp:not-found',
    description: `The messaging entity '${address}' could not be found.`,
  };
}
