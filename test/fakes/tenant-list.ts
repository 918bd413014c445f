import type { ListedTenant, TenantLedger, TenantList } from '../../src/lib/domain/ports.ts';
import { summaryOf } from '../../src/lib/domain/tenant-summary.ts';

/** The list of what a ledger holds, never behind it. */
export function makeFakeTenantList(ledger: Pick<TenantLedger, 'all'>): TenantList {
  const inOrder = async () => {
    const found: ListedTenant[] = [];
    for await (const record of ledger.all()) found.push({ summary: summaryOf(record), digest: '' });
    const withIds = found.map((one) => ({ id: one.summary.registration.tenantId, one }));
    return withIds.sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  return {
    async *all() {
      yield* (await inOrder()).map(({ one }) => one);
    },
    async page({ prefix, after, size }) {
      const all = await inOrder();
      return all
        .filter(({ id }) => id.startsWith(prefix) && (after === null || id > after))
        .slice(0, size)
        .map(({ one }) => one);
    },
  };
}
