/**
 * The records of Microsoft.ManagementPartner, one per (tenant, object), kept as recorded traffic shows them: a delete
 * leaves a tombstone, from which the next create goes on counting and keeps the time of the very first link.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Caller } from './exchange.ts';

export interface LinkRecord {
  readonly tenantId: string;
  readonly objectId: string;
  readonly partnerId: string;
  readonly version: number;
  readonly updatedTime: string;
  readonly createdTime: string;
  readonly state: 'Active' | 'Deleted';
}

export interface PartnerLinks {
  /** The caller's link, unless it has none or only a tombstone. */
  active(caller: Caller): LinkRecord | undefined;
  link(caller: Caller, partnerId: string): LinkRecord;
  unlink(caller: Caller): void;
}

interface PartnerLinksOptions {
  /** Every change is appended here before it is answered, so that a killed process loses none. */
  readonly file: string;
  /** Records that exist from the beginning; those in the file win. */
  readonly initial: readonly LinkRecord[];
  /** The time of a write, with up to seven digits of a second. */
  readonly timestamp: () => string;
}

export function makePartnerLinks({ file, initial, timestamp }: PartnerLinksOptions): PartnerLinks {
  const records = new Map([...initial, ...readRecords(file)].map((record) => [keyOf(record), record]));
  const write = (record: LinkRecord) => {
    appendFileSync(file, `${JSON.stringify(record)}\n`);
    records.set(keyOf(record), record);
    return record;
  };
  const active = (caller: Caller) => {
    const record = records.get(keyOf(caller));
    return record?.state === 'Active' ? record : undefined;
  };

  return {
    active,
    link({ tenantId, objectId }, partnerId) {
      const before = records.get(keyOf({ tenantId, objectId }));
      const updatedTime = timestamp();
      return write({
        tenantId,
        objectId,
        partnerId,
        version: (before?.version ?? 0) + 1,
        updatedTime,
        createdTime: before?.createdTime ?? updatedTime,
        state: 'Active',
      });
    },
    unlink(caller) {
      const record = active(caller);
      if (!record) return;
      write({ ...record, version: record.version + 1, updatedTime: timestamp(), state: 'Deleted' });
    },
  };
}

/** The present time as the provider writes it: seven digits of a second, trailing zeros dropped. */
export function providerTime(now: number): string {
  const ticks = Number(process.hrtime.bigint() % 10_000n);
  const digits =
    `${String(Math.floor(now) % 1000).padStart(3, '0')}${String(ticks).padStart(4, '0')}`.replace(/0+$/, '');
  const seconds = new Date(now).toISOString().slice(0, 19);
  return digits === '' ? `${seconds}Z` : `${seconds}.${digits}Z`;
}

function keyOf({ tenantId, objectId }: Caller): string {
  return `${tenantId}/${objectId}`;
}

function readRecords(file: string): LinkRecord[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as LinkRecord);
}
