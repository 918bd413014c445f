import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ArmCall } from '../../../src/lib/adapters/arm/arm-client.ts';
import { makeBucketGate } from '../../../src/lib/adapters/arm/bucket-gate.ts';
import { makeEstateIndex } from '../../../src/lib/adapters/arm/estate-index.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { makeFakeArm } from '../../fakes/arm.ts';
import { makeFakeThrottleBoard } from '../../fakes/throttle-board.ts';
import { aClock, sleepBy } from '../../support/clock.ts';
import { collect } from '../../support/collect.ts';
import { ids, roles, subscription, subscriptionId } from '../../support/delegations.ts';

const asked = z.object({
  query: z.string(),
  subscriptions: z.array(z.string()).optional(),
  options: z.object({ $skipToken: z.string().optional() }),
});
const questionOf = (call: ArmCall) => asked.parse(call.body);
const tenantsNamedBy = (call: ArmCall): readonly string[] =>
  questionOf(call).query.match(/cccccccc-[0-9a-f-]{27}/g) ?? [];
const tenant = (n: number) => `cccccccc-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A row of the nth subscription, of the tenant with the same number, with one assignment. */
function aRow(n: number, changes: object = {}) {
  return {
    id: subscription(n).id,
    subscriptionId: subscriptionId(n),
    tenantId: tenant(n),
    name: `Subscription ${n}`,
    subscriptionProperties: { state: 'Enabled', managedByTenants: [{ tenantId: ids.managingTenant }] },
    assignmentId: `${subscription(n).id}/providers/Microsoft.ManagedServices/registrationAssignments/1`,
    assignmentProperties: { provisioningState: 'Succeeded' },
    definitionProperties: {
      managedByTenantId: ids.managingTenant,
      authorizations: [{ principalId: ids.pal, roleDefinitionId: roles.contributor }],
    },
    ...changes,
  };
}

function anIndex(answer: Parameters<typeof makeFakeArm>[0]) {
  const clock = aClock();
  const fake = makeFakeArm(answer, clock);
  const slept: number[] = [];
  const index = makeEstateIndex({
    arm: fake.arm,
    gate: makeBucketGate(makeFakeThrottleBoard(), () => true, clock, sleepBy(clock)),
    observer: ids.pal,
    managingTenantId: ids.managingTenant,
    clock,
    sleep: async (ms) => {
      slept.push(ms);
      clock.pass(ms);
      await Promise.resolve();
    },
  });
  return { index, slept, ...fake };
}

describe('the index', () => {
  it('gives a tenant’s subscriptions with what is delegated on them', async () => {
    const { index } = anIndex(() => ({ body: { data: [aRow(1), aRow(2)] } }));

    expect(await index.find(tenant(1))).toMatchObject([
      {
        facts: { subscriptionId: subscriptionId(1), tenantId: tenant(1), displayName: 'Subscription 1' },
        delegations: [
          { scope: subscription(1), authorizations: [{ principalId: ids.pal, roleId: roles.contributor }] },
        ],
      },
    ]);
  });

  it('gives nothing for a tenant it does not know', async () => {
    const { index } = anIndex(() => ({ body: { data: [] } }));

    expect(await index.find(tenant(1))).toEqual([]);
  });

  it('joins several assignments of one subscription', async () => {
    const group = `${subscription(1).id}/resourceGroups/web/providers/Microsoft.ManagedServices/registrationAssignments/2`;
    const { index } = anIndex(() => ({ body: { data: [aRow(1), aRow(1, { assignmentId: group })] } }));

    const found = await index.find(tenant(1));

    expect(found).toHaveLength(1);
    expect(found[0]?.delegations.map(({ scope }) => scope.resourceGroup)).toEqual([null, 'web']);
  });

  it('asks once for all who ask at once, each tenant named once', async () => {
    const { index, calls } = anIndex(() => ({ body: { data: [aRow(1), aRow(2)] } }));

    const found = await Promise.all([1, 2, 2, 1].map((n) => index.find(tenant(n))));

    expect(found.map(([first]) => first?.facts.tenantId)).toEqual([
      tenant(1),
      tenant(2),
      tenant(2),
      tenant(1),
    ]);
    expect(calls.map(tenantsNamedBy)).toEqual([[tenant(1), tenant(2)]]);
  });

  it('asks anew for who asks later', async () => {
    const { index, calls } = anIndex(() => ({ body: { data: [] } }));

    await index.find(tenant(1));
    await index.find(tenant(1));

    expect(calls).toHaveLength(2);
  });

  it('names at most 300 tenants in one query, with one query under way', async () => {
    const { index, calls, most } = anIndex(() => ({ body: { data: [] } }));

    await Promise.all(Array.from({ length: 700 }, (_, n) => index.find(tenant(n))));

    const named = calls.map((call) => tenantsNamedBy(call).length);
    expect(named.sort((a, b) => b - a)).toEqual([300, 300, 100]);
    expect(most()).toBe(1);
  });

  it('follows pages by their token, whatever the flag of truncation says', async () => {
    const { index, calls } = anIndex((call) =>
      questionOf(call).options.$skipToken === 'more'
        ? { body: { data: [aRow(2, { tenantId: tenant(1) })], resultTruncated: 'true' } }
        : { body: { data: [aRow(1)], resultTruncated: 'false', $skipToken: 'more' } },
    );

    const found = await index.find(tenant(1));

    expect(found.map(({ facts }) => facts.subscriptionId)).toEqual([subscriptionId(1), subscriptionId(2)]);
    expect(calls).toHaveLength(2);
  });

  it('waits for its quota before the next page', async () => {
    const { index, slept } = anIndex((call) => {
      const more = questionOf(call).options.$skipToken === undefined;
      const headers = { 'x-ms-user-quota-remaining': '0', 'x-ms-user-quota-resets-after': '00:00:05' };
      return { body: { data: [], ...(more ? { $skipToken: 'more' } : {}) }, headers };
    });

    await index.find(tenant(1));

    expect(slept).toContain(5_000);
  });

  it('fails all who asked when the query fails, and none who ask later', async () => {
    let failing = true;
    const failure = new Failure('unavailable', 'Azure answered 500.');
    const { index } = anIndex(() => {
      if (failing) throw failure;
      return { body: { data: [aRow(1)] } };
    });

    const results = await Promise.allSettled([1, 2].map((n) => index.find(tenant(n))));
    failing = false;

    expect(results).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
    expect(await index.find(tenant(1))).toHaveLength(1);
  });

  it('takes an answer of another shape for no answer', async () => {
    const { index } = anIndex(() => ({ body: { rows: [] } }));

    await expect(index.find(tenant(1))).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

/** Azure with so many subscriptions, the nth of the nth tenant, of which a query looks through only ten. */
function aLargeEstate(
  size: number,
  { pageSize = size, indexed = (n) => n }: { pageSize?: number; indexed?: (n: number) => number } = {},
) {
  const limited = { 'x-ms-tenant-subscription-limit-hit': 'true' };
  return anIndex((call) => {
    if (call.method === 'GET') {
      const from = Number(/page=(\d+)/.exec(call.path)?.[1] ?? 0);
      const value = numbers(size)
        .reverse()
        .slice(from, from + pageSize)
        .map((n) => ({
          subscriptionId: subscriptionId(n),
          tenantId: tenant(n).toUpperCase(),
          state: 'Enabled',
        }));
      const more = from + pageSize < size ? { nextLink: `/subscriptions?page=${from + pageSize}` } : {};
      return { body: { value, ...more } };
    }
    const { subscriptions } = questionOf(call);
    const named = tenantsNamedBy(call);
    const shown = numbers(size).filter((n) => named.length === 0 || named.includes(tenant(n)));
    if (!subscriptions) return { body: { data: shown.slice(0, 10).map((n) => aRow(n)) }, headers: limited };
    return {
      body: {
        data: shown
          .filter((n) => subscriptions.includes(subscriptionId(n)))
          .map((n) => aRow(n, { tenantId: tenant(indexed(n)) })),
      },
    };
  });
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe('an index with more subscriptions than a query looks through', () => {
  it('goes through all tenants in order, in batches of subscriptions', async () => {
    const { index, calls } = aLargeEstate(650, { pageSize: 400 });
    const made: string[] = [];

    const seen = await collect(index.tenants((call) => made.push(call)));

    expect(seen.map(({ tenantId }) => tenantId)).toEqual(numbers(650).map(tenant));
    expect(seen.every(({ subscriptions }) => subscriptions.length === 1)).toBe(true);
    const batches = calls
      .filter(({ method }) => method === 'POST')
      .map((call) => questionOf(call).subscriptions);
    expect(batches.map((batch) => batch?.length ?? 'all')).toEqual(['all', 300, 300, 50]);
    expect(made.filter((call) => call === 'graphQueries')).toHaveLength(4);
    expect(made.filter((call) => call === 'subscriptionPages')).toHaveLength(2);
  });

  it('follows ARM’s own list where the index has a subscription in another tenant still', async () => {
    const { index } = aLargeEstate(650, { pageSize: 400, indexed: (n) => (n === 10 ? 640 : n) });

    const seen = await collect(index.tenants());

    expect(seen.map(({ tenantId }) => tenantId)).toEqual(numbers(650).map(tenant));
  });

  it('reads ARM’s own list once for a sweep and the look-ups right after it', async () => {
    const { index, calls } = aLargeEstate(650);

    await collect(index.tenants());
    const found = await index.find(tenant(640));

    expect(found.map(({ facts }) => facts.subscriptionId)).toEqual([subscriptionId(640)]);
    expect(calls.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });

  it('reads ARM’s own list anew for every sweep', async () => {
    const { index, calls } = aLargeEstate(650);

    await index.find(tenant(640));
    await collect(index.tenants());

    expect(calls.filter(({ method }) => method === 'GET')).toHaveLength(2);
  });

  it('takes an id of ARM’s own list that is no GUID for trouble', async () => {
    const { index } = anIndex((call) =>
      call.method === 'GET'
        ? { body: { value: [{ subscriptionId: 'one', tenantId: tenant(1), state: 'Enabled' }] } }
        : { body: { data: [] }, headers: { 'x-ms-tenant-subscription-limit-hit': 'true' } },
    );

    await expect(collect(index.tenants())).rejects.toMatchObject({ kind: 'unexpected' });
  });

  it('is unavailable where tenants come out of their order', async () => {
    const { index } = anIndex(() => ({ body: { data: [aRow(2), aRow(1)] } }));

    await expect(collect(index.tenants())).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('keeps the subscriptions of one tenant together across batches', async () => {
    const one = tenant(1);
    const { index } = anIndex((call) => {
      if (call.method === 'GET') {
        const value = numbers(301).map((n) => ({
          subscriptionId: subscriptionId(n),
          tenantId: one,
          state: 'Enabled',
        }));
        return { body: { value } };
      }
      const { subscriptions } = questionOf(call);
      if (!subscriptions)
        return { body: { data: [] }, headers: { 'x-ms-tenant-subscription-limit-hit': 'true' } };
      return {
        body: {
          data: numbers(301)
            .filter((n) => subscriptions.includes(subscriptionId(n)))
            .map((n) => aRow(n, { tenantId: one })),
        },
      };
    });

    const seen = await collect(index.tenants());

    expect(seen.map(({ tenantId, subscriptions }) => [tenantId, subscriptions.length])).toEqual([[one, 301]]);
  });

  it('finds a tenant that lies beyond the limit', async () => {
    const { index } = aLargeEstate(40);

    const found = await Promise.all([3, 35, 41].map((n) => index.find(tenant(n))));

    expect(found.map((subscriptions) => subscriptions.map(({ facts }) => facts.subscriptionId))).toEqual([
      [subscriptionId(3)],
      [subscriptionId(35)],
      [],
    ]);
  });

  it('is not asked in one go again for an hour', async () => {
    const { index, calls } = aLargeEstate(40);
    await collect(index.tenants());
    const before = calls.length;

    await collect(index.tenants());

    expect(calls.slice(before).map((call) => call.method)).toEqual(['GET', 'POST']);
  });

  it('fails rather than leave tenants out when its subscriptions cannot be listed', async () => {
    const { index } = anIndex((call) => {
      if (call.method === 'GET') throw new Failure('denied', 'Azure answered 403.');
      return { body: { data: [aRow(1)] }, headers: { 'x-ms-tenant-subscription-limit-hit': 'True' } };
    });

    await expect(collect(index.tenants())).rejects.toMatchObject({ kind: 'denied' });
    await expect(index.find(tenant(1))).rejects.toMatchObject({ kind: 'denied' });
  });

  it('fails when the limit is met on the way', async () => {
    const { index } = anIndex((call) =>
      questionOf(call).options.$skipToken === undefined
        ? { body: { data: [aRow(1)], $skipToken: 'more' } }
        : { body: { data: [aRow(2)] }, headers: { 'x-ms-tenant-subscription-limit-hit': 'true' } },
    );

    await expect(collect(index.tenants())).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
