import type { ListedTenant, TenantLedger, TenantList } from '../../src/lib/domain/ports.ts';
import { signatureOf, summaryOf } from '../../src/lib/domain/tenant-summary.ts';

export interface FakeTenantList extends TenantList {
  /** Tenants that have not come into the list yet. */
  readonly missing: Set<string>;
}

/** The list of what a ledger holds, never behind it but where a test says so. */
export function makeFakeTenantList(
  ledger: Pick<TenantLedger, 'all'>,
  digest = (text: string) => text,
): FakeTenantList {
  const missing = new Set<string>();
  const inOrder = async () => {
    const found: { readonly id: string; readonly one: ListedTenant }[] = [];
    for await (const record of ledger.all()) {
      const one = { summary: summaryOf(record), digest: digest(signatureOf(record.scopes)) };
      found.push({ id: record.registration.tenantId, one });
    }
    return found.filter(({ id }) => !missing.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  return {
    missing,
    async *all() {
      yield* (await inOrder()).map(({ one }) => one);
    },
    async *withUnknownRoles() {
      for (const { one } of await inOrder()) {
        const { registration, unknownRoles } = one.summary;
        const displayName = registration.facts.displayName ?? null;
        if (Object.keys(unknownRoles).length > 0)
          yield { tenantId: registration.tenantId, displayName, unknownRoles };
      }
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
