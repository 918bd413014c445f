import { encodeKey } from './keys.ts';
import { FORMAT } from './packing.ts';
import type { Table } from './table.ts';

/** Which quota buckets are closed until when, in table `Throttles`, so that every worker waits, not only the one told. */
export function makeThrottleBoard(table: Table) {
  return {
    async notBefore(bucket: string): Promise<Date | null> {
      const row = await table.get('bucket', encodeKey(bucket));
      return row ? new Date(String(row['until'])) : null;
    },
    async close(bucket: string, until: Date): Promise<void> {
      await table.put({
        partitionKey: 'bucket',
        rowKey: encodeKey(bucket),
        format: FORMAT,
        until: until.toISOString(),
      });
    },
  };
}
