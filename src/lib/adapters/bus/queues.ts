import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { Failure } from '../../domain/failure.ts';
import type { QueueName, Queues } from '../../domain/ports.ts';

/** Names of the queues we send to, as settings give them. */
export type QueueNames = Readonly<Record<QueueName, string>>;

/** The SDK would try for minutes; whoever asks whether a queue is there waits for the answer. */
const REACH_MS = 15_000;

/**
 * Sends over one connection, made when first needed. Trouble is `unavailable`: the message we work on is redelivered. Only a
 * message that is too large is `rejected`.
 */
export function makeQueues(connect: () => ServiceBusClient, names: QueueNames): Queues {
  let client: ServiceBusClient | null = null;
  const senders = new Map<string, ServiceBusSender>();
  const senderOf = (queue: string) => {
    client ??= connect();
    const sender = senders.get(queue) ?? client.createSender(queue);
    senders.set(queue, sender);
    return sender;
  };

  return {
    async reach(queue) {
      try {
        // A batch is as large as the queue takes, so the link has to be open; it is thrown away.
        await senderOf(names[queue]).createMessageBatch({ abortSignal: AbortSignal.timeout(REACH_MS) });
      } catch (cause) {
        const { code } = cause as { code?: string };
        const kind =
          code === 'UnauthorizedAccess' || code === 'MessagingEntityNotFound' ? 'denied' : 'unavailable';
        throw new Failure(kind, `The queue ${names[queue]} could not be reached.`, { cause });
      }
    },

    async send(queue, message) {
      const outgoing: ServiceBusMessage = {
        messageId: message.messageId,
        body: Buffer.from(message.body),
        ...(message.at ? { scheduledEnqueueTimeUtc: message.at } : {}),
        ...(message.properties ? { applicationProperties: { ...message.properties } } : {}),
      };
      try {
        await senderOf(names[queue]).sendMessages(outgoing);
      } catch (cause) {
        if ((cause as { code?: string }).code === 'MessageSizeExceeded') {
          throw new Failure('rejected', `The message is larger than the queue ${names[queue]} takes.`, {
            cause,
          });
        }
        throw new Failure('unavailable', `The queue ${names[queue]} could not be written.`, { cause });
      }
    },
  };
}
