import { describe, expect, it } from 'vitest';
import type { FoundTenants, Sweep, TenantDetail, UnknownRoles } from '../../../web/contract.ts';
import { countOf, waitingOf } from '../../../web/decisions-view.ts';
import { dporLines, nextSteps, voidWords } from '../../../web/dpor-view.ts';
import { inOrder, placeOf } from '../../../web/link-view.ts';
import { instantTyped, typedTime } from '../../../web/local-time.ts';
import { orderToBelieve, orderToKeep, withheldWords } from '../../../web/withheld-view.ts';

type Held = Pick<Sweep, 'sweepId' | 'status' | 'heldScopes' | 'confirmed'>;
const aSweep = (changes: Partial<Held>) =>
  ({ sweepId: 'sweep-1', status: 'finished', heldScopes: 0, confirmed: null, ...changes }) as Sweep;
const holding = aSweep({ heldScopes: 14 });

const found: FoundTenants = {
  items: [
    {
      ...{ tenantId: 'a', firstSeenAt: '2026-03-01T02:00:00Z', lastSeenAt: '2026-03-02T02:00:00Z' },
      ...{ subscriptions: 1, offers: [], dismissed: null },
    },
    {
      ...{ tenantId: 'b', firstSeenAt: '2026-03-01T02:00:00Z', lastSeenAt: '2026-03-02T02:00:00Z' },
      ...{ subscriptions: 1, offers: [], dismissed: { by: 'olga', at: '2026-03-02T08:00:00Z' } },
    },
  ],
  more: false,
};
const aRole = (roleId: string, standing: UnknownRoles['items'][number]['standing']) => ({
  ...{ roleId, standing, tenants: 1, scopes: 2 },
  example: { tenantId: 'a', displayName: null },
});
const roles: UnknownRoles = { items: [aRole('r1', 'unknown'), aRole('r2', 'earns')], decisions: [] };

describe('what waits for a decision', () => {
  it('is a held sweep, customers nobody dismissed, and roles nobody decided', () => {
    const waiting = waitingOf({ sweeps: [holding], found, roles });

    expect(waiting.held).toBe(holding);
    expect(waiting.found.map(({ tenantId }) => tenantId)).toEqual(['a']);
    expect(waiting.roles.map(({ roleId }) => roleId)).toEqual(['r1']);
    expect(countOf(waiting)).toBe(3);
  });

  it('is no sweep that was confirmed, or that a later one has spoken after', () => {
    const confirmed = { by: 'olga', at: '2026-03-02T08:00:00Z', tenants: 3 };
    const held = (...sweeps: Sweep[]) => waitingOf({ sweeps, found: null, roles: null }).held;

    expect(held(aSweep({ heldScopes: 14, confirmed }))).toBeNull();
    expect(held(aSweep({ sweepId: 'sweep-2' }), holding)).toBeNull();
    expect(held(aSweep({ sweepId: 'sweep-2', status: 'running' }), holding)).toBe(holding);
    expect(held(aSweep({ sweepId: 'sweep-2', status: 'skipped' }), holding)).toBe(holding);
  });

  it('is nothing as long as nothing was read', () => {
    expect(countOf(waitingOf({ sweeps: null, found: null, roles: null }))).toBe(0);
  });
});

const tenant = {
  ...{ tenantId: 'a', accessKinds: ['lighthouse'], agreement: 'ea', principal: null, tags: { tier: 'gold' } },
  expectedSubscriptionIds: ['s1', 's2'],
} as unknown as TenantDetail;
const withheld = (what: string, value: string) => ({
  what,
  value,
  source: 'crm',
  at: '2026-03-02T08:00:00Z',
});

describe('a withheld change', () => {
  it('is taken over by telling it, lists and tags as what they are', () => {
    expect(orderToBelieve(tenant, withheld('principal', 'pal-bergen'))).toEqual({
      ...{ method: 'PATCH', path: '/tenants/a', body: { principal: 'pal-bergen' } },
    });
    expect(orderToBelieve(tenant, withheld('subscriptionIds', '["s1"]'))?.body).toEqual({
      subscriptionIds: ['s1'],
    });
    expect(orderToBelieve(tenant, withheld('offboard', 'true'))).toEqual({
      ...{ method: 'DELETE', path: '/tenants/a' },
    });
  });

  it('cannot be taken over where its value was not kept whole', () => {
    expect(orderToBelieve(tenant, withheld('tags', '{"region":"nor'))).toBeNull();
  });

  it('is declined by saying again what stands', () => {
    expect(orderToKeep(tenant, withheld('subscriptionIds', '["s1"]'))?.body).toEqual({
      subscriptionIds: ['s1', 's2'],
    });
    expect(orderToKeep(tenant, withheld('offboard', 'true'))).toEqual({
      ...{ method: 'POST', path: '/tenants', body: { tenantId: 'a' } },
    });
  });

  it('cannot be declined where nobody here knows what stands', () => {
    expect(orderToKeep(tenant, withheld('principal', 'pal-bergen'))).toBeNull();
    expect(orderToKeep(tenant, withheld('servicePrincipalObjectId', 'x'))).toBeNull();
  });

  it('is told in words', () => {
    expect(withheldWords(withheld('offboard', 'true'))).toBe('that the customer is no longer ours');
    expect(withheldWords(withheld('agreement', 'mca'))).toBe('another agreement: mca');
  });
});

describe('the checklist of partners of record', () => {
  const remedies = (...partnersOfRecord: { subscriptionId: string; status: string }[]) => ({
    ...{ people: [], firstSteps: [], scopes: [], leftOut: 0, partnersOfRecord },
  });

  it('takes nothing for granted that a line does not say', () => {
    expect(dporLines(remedies({ subscriptionId: 's1', status: 'asked' }))).toEqual([
      {
        ...{ subscriptionId: 's1', status: 'asked', applies: 'maybe', because: '', partnerId: null },
        ...{ steps: [], instructions: null },
      },
    ]);
  });

  it('offers the steps that can follow', () => {
    expect(nextSteps({ status: 'not-asked', applies: 'yes' })).toEqual(['asked', 'confirmed']);
    expect(nextSteps({ status: 'asked', applies: 'maybe' })).toEqual(['asked', 'confirmed', 'void']);
    expect(nextSteps({ status: 'confirmed', applies: 'yes' })).toEqual(['confirmed', 'void']);
    expect(nextSteps({ status: 'void', applies: 'yes' })).toEqual(['asked', 'confirmed']);
    expect(nextSteps({ status: 'confirmed', applies: 'no' })).toEqual(['void']);
  });

  it('says why one is void, and a reason it does not know as it is', () => {
    expect(voidWords('removed-by-customer')).toBe('removed by the customer');
    expect(voidWords('some-new-thing')).toBe('some-new-thing');
    expect(voidWords(undefined)).toBe('');
  });
});

describe('links', () => {
  const aLink = (tenantId: string, state: 'linked' | 'unlinked') =>
    ({ tenantId, state, objectId: tenantId }) as Parameters<typeof inOrder>[0][number];
  const customers = [{ tenantId: 'a', displayName: 'Contoso' }];

  it('are at home in the tenant people sign in to, else a customer’s, named where its name is known', () => {
    expect(placeOf(aLink('a', 'linked'), 'home', customers).customer).toEqual({
      tenantId: 'a',
      name: 'Contoso',
    });
    expect(placeOf(aLink('home', 'linked'), 'home', customers).customer).toBeNull();
    expect(placeOf(aLink('b', 'linked'), 'home', customers).customer).toEqual({ tenantId: 'b', name: 'b' });
  });

  it('come with those at home first, and what is wrong before what is well', () => {
    const links = [aLink('a', 'linked'), aLink('home', 'linked'), aLink('a', 'unlinked')];

    expect(inOrder(links, 'home').map(({ tenantId, state }) => `${tenantId} ${state}`)).toEqual([
      'home linked',
      'a unlinked',
      'a linked',
    ]);
  });
});

describe('a time that somebody types', () => {
  it('is theirs, and comes back as the same instant to the minute', () => {
    const at = new Date('2026-03-10T12:34:56.000Z');

    expect(instantTyped(typedTime(at))).toBe('2026-03-10T12:34:00.000Z');
  });

  it('is left as it is where it is none', () => {
    expect(instantTyped('yesterday')).toBe('yesterday');
  });
});
