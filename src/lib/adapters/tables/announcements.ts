import { odata } from '@azure/data-tables';
import { dayOf, type Announcement } from '../../domain/announcement.ts';
import { Failure, isConflict } from '../../domain/failure.ts';
import type { Urgency } from '../../domain/notice-window.ts';
import type { Announcements, Entry, Versioned } from '../../domain/ports.ts';
import { storedSweepOf } from '../../domain/sweep-record.ts';
import { encodeKey } from './keys.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Entity, StoredRow, Table } from './table.ts';

/** Sorts after every day. */
const DIGEST = 'digest';

/**
 * Announcements in table `Changes`: partition = the UTC day they came about, row = their id. The announcement never
 * changes; beside it stand the window it is told in and how urgent it is.
 */
export function makeAnnouncements(table: Table): Announcements {
  return {
    async enter(announcement, window) {
      const record: Entry = { announcement, window, urgency: null };
      const row = rowOf(record);
      try {
        return { record, etag: await table.create(row) };
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
      const known = await table.get(row.partitionKey, row.rowKey);
      if (!known) throw new Failure('unavailable', 'An announcement vanished from table Changes.');
      return entryOf(known);
    },
    update: async (known, record) => ({ record, etag: await table.replace(rowOf(record), known.etag ?? '') }),
    async *select({ firstDay, lastDay, from, until }) {
      const days = odata`PartitionKey ge ${firstDay} and PartitionKey le ${lastDay}`;
      for await (const row of table.list(`${days} and ${odata`window ge ${from} and window lt ${until}`}`)) {
        yield entryOf(row);
      }
    },
    async digestedUntil() {
      const row = await table.get(DIGEST, DIGEST);
      return row ? String(row['until']) : null;
    },
    digested: (until) => table.put({ partitionKey: DIGEST, rowKey: DIGEST, format: FORMAT, until }),
  };
}

function rowOf({ announcement, window, urgency }: Entry): Entity {
  return {
    partitionKey: dayOf(announcement),
    rowKey: encodeKey(announcement.id),
    format: FORMAT,
    kind: announcement.kind,
    at: announcement.at,
    window,
    urgency: urgency ?? '',
    ...pack('announcement', announcement),
  };
}

function entryOf(row: StoredRow): Versioned<Entry> {
  const record: Entry = {
    announcement: storedAnnouncementOf(unpack('announcement', row) as Announcement),
    window: String(row['window']),
    urgency: row['urgency'] === '' ? null : (row['urgency'] as Urgency),
  };
  return { record, etag: row.etag };
}

/** An announcement as it is stored; of earlier versions' sweeps it lacks what was added since. */
function storedAnnouncementOf(stored: Announcement): Announcement {
  return stored.kind === 'sweep' ? { ...stored, sweep: storedSweepOf(stored.sweep) } : stored;
}
