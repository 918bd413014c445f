import { observerAnnouncement } from '../domain/announcement.ts';
import type { Failure } from '../domain/failure.ts';
import { isConflict } from '../domain/failure.ts';
import { SEEING, sightAfter } from '../domain/observer-sight.ts';
import type { ObserverSights, Outbox } from '../domain/ports.ts';

export interface NoteSightDeps {
  readonly sights: ObserverSights;
  readonly outbox: Outbox;
}

/** Notes that the observer was refused, or, without a failure, that it sees. */
export type NoteSight = (
  refusal: Failure | null,
  look: { readonly at: Date; readonly causeId: string },
) => Promise<void>;

/**
 * Tells people when the observer goes blind and when it sees again, once each, however many passes find out. It is told
 * before it is on record, under an id that is the same for all who find out, so that a crash in between loses nothing.
 * Throws `Failure` when table or queue cannot be read or written.
 */
export function makeNoteSight({ sights, outbox }: NoteSightDeps): NoteSight {
  return async (refusal, look) => {
    const known = await sights.read();
    const after = sightAfter(known?.record ?? SEEING, refusal, look);
    if (!after) return;
    await outbox.announce([observerAnnouncement(after.change)]);
    try {
      await sights.write(after.sight, known?.etag ?? null);
    } catch (error) {
      // Another pass has found out in the same moment, and told the same.
      if (!isConflict(error)) throw error;
    }
  };
}
