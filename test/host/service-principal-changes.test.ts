import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quiet, runStack, type ReportedTenant, type RunningStack } from '../support/stack.ts';

const tenant = (n: number) => `${String(n).repeat(8)}-0000-4000-8000-00000000000${n}`;
const ON_RECORD = [1, 2, 3, 4, 5, 6, 7, 8];

const look = (n: number, why: string) => ({
  specversion: '1.0',
  type: 'pal.tenant.changed.v1',
  source: 'crm',
  id: `${why}-${n}`,
  data: { tenantId: tenant(n) },
});

async function lookAtAll(running: RunningStack, why: string) {
  for (const n of ON_RECORD) await running.send(look(n, why));
}

/** What the report says of the nth tenant. */
const of = (tenants: readonly ReportedTenant[], n: number) => {
  const found = tenants.find(({ tenantId }) => tenantId === tenant(n));
  return {
    state: found?.state,
    scopes: found?.scopes.map(({ verdict, endsAt }) => [verdict, endsAt]),
    failure: found?.failure?.kind ?? null,
    changes: found?.changes,
  };
};

describe('what becomes of tenants with our service principal', () => {
  let running: RunningStack;
  let before: readonly ReportedTenant[];
  let changed: readonly ReportedTenant[];
  let healed: readonly ReportedTenant[];

  beforeAll(async () => {
    running = await runStack('test/fixtures/estates/service-principals/changes.json', {
      // Each look here has its own event.
      set: { SECOND_LOOKS_FOR_MS: '0' },
    });
    before = await quiet(running, 2);
    await quiet(running, 1);
    await lookAtAll(running, 'changed');
    changed = await quiet(running, 1);
    await quiet(running, 0);
    await running.send({ tenantId: tenant(9), accessKinds: ['service-principal'] });
    await lookAtAll(running, 'healed');
    healed = await quiet(running, 0);
  }, 120_000);

  afterAll(async () => {
    await running.stop();
  });

  const earning = { state: 'earning', failure: null };

  it('one token is asked for in each tenant, however many looks it has', async () => {
    const { entra } = await running.azure();

    // Eight tenants with our service principal, and the link at home for the one that delegates.
    expect(entra.calls['POST /{tenantId}/oauth2/v2.0/token']).toBe(9);
  });

  it('an end date is told, and that it is another one, and that there is none any more', () => {
    expect(of(before, 1)).toEqual({
      ...earning,
      scopes: [['earning', '2099-06-30T22:00:00.000Z']],
      changes: 1,
    });
    expect(of(changed, 1)).toEqual({
      ...earning,
      scopes: [['earning', '2099-12-31T23:00:00.000Z']],
      changes: 2,
    });
    expect(of(healed, 1)).toEqual({ ...earning, scopes: [['earning', null]], changes: 3 });
  });

  it('a role taken just in time does not count, and does again when it is permanent', () => {
    expect(of(before, 2)).toEqual({ ...earning, scopes: [['earning', null]], changes: 1 });
    expect(of(changed, 2)).toEqual({
      state: 'not-earning',
      scopes: [['eligible-only', null]],
      failure: null,
      changes: 2,
    });
    expect(of(healed, 2)).toEqual({ ...earning, scopes: [['earning', null]], changes: 3 });
  });

  it('a tenant without the licence tells neither, and is no trouble', () => {
    for (const tenants of [before, changed, healed]) {
      expect(of(tenants, 3)).toEqual({ ...earning, scopes: [['earning', null]], changes: 1 });
    }
  });

  const left = { state: 'not-delegated', scopes: [], failure: null, changes: 2 };
  const worthless = { state: 'not-earning', scopes: [['role-not-eligible', null]], failure: null };

  it('a subscription that moved to another such tenant ends in the old one, and goes on in the new one', () => {
    expect(of(before, 4)).toEqual({ ...earning, scopes: [['earning', null]], changes: 1 });
    expect(of(changed, 4)).toEqual(left);
    expect(of(changed, 5)).toMatchObject(worthless);
    expect(of(healed, 5)).toMatchObject({ ...earning, scopes: [['earning', null]] });
    expect(of(healed, 4)).toEqual(left);
  });

  it('a subscription that moved to a tenant we reach by Lighthouse goes on there', () => {
    expect(of(before, 6)).toEqual({ ...earning, scopes: [['earning', null]], changes: 1 });
    expect(of(changed, 6)).toEqual(left);
    expect(of(changed, 7)).toMatchObject(worthless);
    expect(of(healed, 7)).toMatchObject({ ...earning, scopes: [['earning', null]] });
  });

  it('a subscription that moved to a stranger ends all the same, and goes on when that one is announced', () => {
    expect(of(changed, 8)).toEqual(left);
    expect(of(changed, 9).state).toBeUndefined();
    expect(of(healed, 8)).toEqual(left);
    expect(of(healed, 9)).toMatchObject({ ...earning, scopes: [['earning', null]] });
  });
});
