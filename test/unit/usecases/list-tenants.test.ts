import { everything } from '../../../src/lib/domain/watch.ts';
import { describe, expect, it } from 'vitest';
import type { TenantRange } from '../../../src/lib/domain/ports.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import { makeListTenants } from '../../../src/lib/usecases/list-tenants.ts';
import { makeFakeLinkLedger } from '../../fakes/link-ledger.ts';
import { makeFakeSweepLedger } from '../../fakes/sweep-ledger.ts';
import { aClock, DAY } from '../../support/clock.ts';
import { aPrincipal } from '../../support/delegations.ts';
import { aCoveredTenant, aRegistration, aScopeRecord } from '../../support/tenants.ts';

const SIZE = 100_000;
const sample = summaryOf(aCoveredTenant([aScopeRecord(1)]));

/** The nth of so many tenants, spread evenly over all ids. */
function idOf(n: number): string {
  const beginning = Math.floor((n / SIZE) * 0x1_0000_0000);
  return `${beginning.toString(16).padStart(8, '0')}-0001-4000-8000-000000000001`;
}
const idsInOrder = Array.from({ length: SIZE }, (_, n) => idOf(n));

/** A list of a hundred thousand that counts what is asked of it; each answer takes so long. */
function aLongList(answerMs: number) {
  const clock = aClock();
  const asked: TenantRange[] = [];
  const list = {
    page: async (range: TenantRange) => {
      asked.push(range);
      clock.pass(answerMs);
      const { prefix, after, size } = range;
      const from = after ?? prefix;
      const found: string[] = [];
      for (let n = firstAtLeast(from); n < SIZE && found.length < size; n++) {
        const id = idsInOrder[n]!;
        if (!id.startsWith(prefix)) break;
        if (id !== after) found.push(id);
      }
      const summaries = found.map((tenantId) => {
        const displayName = `Customer ${idsInOrder.indexOf(tenantId, firstAtLeast(tenantId))}`;
        return { ...sample, registration: aRegistration({ tenantId, facts: { displayName } }) };
      });
      return Promise.resolve(summaries.map((summary) => ({ summary, digest: '' })));
    },
  };
  const listTenants = makeListTenants({
    ...{ list, clock, links: makeFakeLinkLedger(), sweeps: makeFakeSweepLedger() },
    principals: [aPrincipal()],
    principalRules: [],
    watchRules: everything,
    staleAfterMs: 2 * DAY,
    budgetMs: 2_000,
  });
  return { asked, listTenants };
}

function firstAtLeast(id: string): number {
  let [low, high] = [0, SIZE];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (idsInOrder[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

describe('a list of a hundred thousand tenants', () => {
  it.each([
    ['without a filter', {}],
    ['by the beginning of an id', { q: idOf(4_711).slice(0, 8) }],
    ['by an id', { q: idOf(4_711) }],
  ])('gives its first page %s by one read', async (_, filter) => {
    const { asked, listTenants } = aLongList(50);

    const page = await listTenants(filter, { top: 100, after: null });

    expect(page.items.length).toBeGreaterThan(0);
    expect(asked).toHaveLength(1);
  });

  it('by a filter that few fit is gone through whole where there is time', async () => {
    const { asked, listTenants } = aLongList(1);

    const page = await listTenants({ q: 'customer 99999' }, { top: 100, after: null });

    expect(page.items.map(({ summary }) => summary.registration.tenantId)).toEqual([idOf(99_999)]);
    expect(page.continuation).toBeNull();
    expect(asked.length).toBeLessThanOrEqual(16 * 7);
  });

  it('by a filter that few fit stops when its time is up, and goes on from there without missing any', async () => {
    const { asked, listTenants } = aLongList(200);
    const seen: string[] = [];
    let after: string | null = null;
    let pages = 0;

    do {
      const page = await listTenants({ q: 'customer 9999' }, { top: 100, after });
      seen.push(...page.items.map(({ summary }) => summary.registration.tenantId));
      after = page.continuation;
      pages += 1;
    } while (after !== null && pages < 500);

    expect(pages).toBeGreaterThan(1);
    expect(seen).toEqual([9_999, ...Array.from({ length: 10 }, (_, n) => 99_990 + n)].map(idOf));
    expect(asked.length / pages).toBeLessThanOrEqual(16);
  });
});
