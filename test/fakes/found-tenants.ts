import type { FoundTenant } from '../../src/lib/domain/found-tenant.ts';
import type { FoundTenants } from '../../src/lib/domain/ports.ts';
import { aTrouble, makeRows, type Trouble } from './storage.ts';

/** Found customers in memory. */
export function makeFakeFoundTenants(): FoundTenants & Trouble {
  const rows = makeRows<FoundTenant>();
  const trouble = aTrouble();
  return {
    ...trouble,
    async read(tenantId) {
      trouble.meet('read');
      return Promise.resolve(rows.get(tenantId));
    },
    async write(record, etag) {
      trouble.meet('write');
      rows.write(record.tenantId, record, etag);
      return Promise.resolve();
    },
    async remove(tenantId) {
      rows.remove(tenantId);
      return Promise.resolve();
    },
    async *all() {
      const all = rows.all().sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
      yield* await Promise.resolve(all);
    },
  };
}
