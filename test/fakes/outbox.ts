import type { Announcement } from '../../src/lib/domain/announcement.ts';
import type { Outbox } from '../../src/lib/domain/ports.ts';
import { aTrouble, type Trouble } from './storage.ts';

export interface FakeOutbox extends Outbox, Trouble {
  /** What people were told of, in order; an announcement made again is there again. */
  readonly announced: Announcement[];
}

/** An outbox that remembers what it was given. */
export function makeFakeOutbox(): FakeOutbox {
  const trouble = aTrouble();
  const announced: Announcement[] = [];
  return {
    ...trouble,
    announced,
    async announce(announcements) {
      trouble.meet('announce');
      announced.push(...structuredClone(announcements));
      return Promise.resolve();
    },
  };
}

/** What the in-memory ledgers have committed and not told yet, by tenant or link. */
export function makeUntold(outbox: Outbox) {
  const untold = new Map<string, Announcement[]>();
  const of = (key: string) => untold.get(key) ?? [];
  return {
    of: (key: string): readonly Announcement[] => structuredClone(of(key)),
    add: (key: string, announcement: Announcement) => untold.set(key, [...of(key), announcement]),
    async tell(key: string): Promise<void> {
      const told = of(key);
      if (told.length === 0) return;
      await outbox.announce(told);
      untold.delete(key);
    },
  };
}
