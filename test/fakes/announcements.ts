import { dayOf } from '../../src/lib/domain/announcement.ts';
import { Failure } from '../../src/lib/domain/failure.ts';
import type { Announcements, Entry } from '../../src/lib/domain/ports.ts';
import { aTrouble, makeRows, type Trouble } from './storage.ts';

export interface FakeAnnouncements extends Announcements, Trouble {
  /** Everything on record. */
  entries(): readonly Entry[];
}

/** Announcements in memory: each once by day and id. */
export function makeFakeAnnouncements(): FakeAnnouncements {
  const rows = makeRows<Entry>();
  const trouble = aTrouble();
  let digested: string | null = null;
  const keyOf = ({ announcement }: Entry) => `${dayOf(announcement)}/${announcement.id}`;
  return {
    ...trouble,
    async enter(announcement, window) {
      trouble.meet('enter');
      const record: Entry = { announcement, window, urgency: null };
      const known = rows.get(keyOf(record));
      return Promise.resolve(known ?? { record, etag: rows.write(keyOf(record), record, null) });
    },
    async update(known, record) {
      trouble.meet('update');
      if (known.etag === null) throw new Failure('conflict', 'The row was never entered.');
      return Promise.resolve({ record, etag: rows.write(keyOf(record), record, known.etag) });
    },
    async *select({ firstDay, lastDay, from, until }) {
      trouble.meet('select');
      const found = rows.all().filter(({ announcement, window }) => {
        const day = dayOf(announcement);
        return day >= firstDay && day <= lastDay && window >= from && window < until;
      });
      for (const entry of found) {
        const row = await Promise.resolve(rows.get(keyOf(entry)));
        if (row) yield row;
      }
    },
    digestedUntil: () => Promise.resolve(digested),
    digested(until) {
      digested = until;
      return Promise.resolve();
    },
    entries: () => rows.all(),
  };
}
