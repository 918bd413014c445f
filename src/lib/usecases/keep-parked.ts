import type { Log } from '../domain/log.ts';
import type { ParkedMessage, ParkedMessages } from '../domain/ports.ts';

export interface KeepParkedDeps {
  readonly parked: ParkedMessages;
  readonly log: Log;
}

export type KeepParked = (message: ParkedMessage) => Promise<void>;

/**
 * Moves a parked or dead-lettered message into the table where people find it, whole. Throws `Failure` when the table
 * cannot be written: the message then stays in its queue and is delivered again.
 */
export function makeKeepParked(deps: KeepParkedDeps): KeepParked {
  return async (message) => {
    await deps.parked.keep(message);
    deps.log.warn('message.kept', {
      queue: message.queue,
      messageId: message.messageId,
      bytes: message.body.length,
    });
  };
}
