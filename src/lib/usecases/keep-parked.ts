import { messageAnnouncement } from '../domain/announcement.ts';
import type { Log } from '../domain/log.ts';
import type { Outbox, ParkedMessage, ParkedMessages } from '../domain/ports.ts';

export interface KeepParkedDeps {
  readonly parked: ParkedMessages;
  readonly outbox: Outbox;
  readonly log: Log;
  readonly digest: (text: string) => string;
}

export type KeepParked = (message: ParkedMessage) => Promise<void>;

/**
 * Moves a parked or dead-lettered message into the table where people find it, whole, and tells people of it; of a notice
 * that could not be delivered it tells nobody, because that would be a notice again. Throws `Failure` when a table or a
 * queue cannot be written: the message then stays in its queue and is delivered again.
 */
export function makeKeepParked(deps: KeepParkedDeps): KeepParked {
  return async (message) => {
    await deps.parked.keep(message);
    if (message.queue !== 'notices') {
      await deps.outbox.announce([messageAnnouncement(message, deps.digest)]);
    }
    deps.log.warn('message.kept', {
      queue: message.queue,
      messageId: message.messageId,
      bytes: message.body.length,
    });
  };
}
