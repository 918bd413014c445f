import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quiet, runStack, type ReportedTenant, type RunningStack } from '../support/stack.ts';

const tenant = (n: number) => `${String(n).repeat(8)}-0000-4000-8000-00000000000${n}`;
const FORMER_OBJECT_ID = 'aaaaaaaa-0000-4000-8000-0000000000f0';
const TENANTS = [1, 2, 3, 4, 5, 6, 7, 8];

const look = (n: number, why: string) => ({
  specversion: '1.0',
  type: 'pal.tenant.changed.v1',
  source: 'crm',
  id: `${why}-${n}`,
  data: { tenantId: tenant(n) },
});

async function lookAtAll(running: RunningStack, why: string) {
  for (const n of TENANTS) await running.send(look(n, why));
}

/** What the report says of the nth tenant: state, verdicts and changes. */
const of = (tenants: readonly ReportedTenant[], n: number) => {
  const found = tenants.find(({ tenantId }) => tenantId === tenant(n));
  return {
    state: found?.state,
    verdicts: found?.scopes.map(({ verdict }) => verdict),
    failure: found?.failure?.kind ?? null,
    changes: found?.changes,
  };
};

describe('what becomes of customers after onboarding', () => {
  let running: RunningStack;
  let before: readonly ReportedTenant[];
  let broken: readonly ReportedTenant[];
  let healed: readonly ReportedTenant[];

  beforeAll(async () => {
    running = await runStack('test/fixtures/estates/changes/causes.json', {
      // Each look here has its own event.
      set: { SECOND_LOOKS_FOR_MS: '0', PRINCIPAL_FORMER_OBJECT_IDS: FORMER_OBJECT_ID },
    });
    before = await quiet(running, 2);
    await quiet(running, 1);
    await lookAtAll(running, 'broken');
    broken = await quiet(running, 1);
    await quiet(running, 0);
    await lookAtAll(running, 'healed');
    healed = await quiet(running, 0);
  }, 120_000);

  afterAll(async () => {
    await running.stop();
  });

  it.each([
    ['a delegation whose role was changed', 1, 'role-not-eligible'],
    ['a subscription that was disabled', 2, 'subscription-inactive'],
    ['a delegation without the principal', 3, 'principal-missing'],
    ['a delegation that names the object the principal was before', 4, 'wrong-object-id'],
    ['a subscription that was deleted', 5, 'subscription-inactive'],
  ])('tells %s by its own reason, and heals when the cause goes', (_, n, verdict) => {
    expect(of(before, n)).toEqual({ state: 'earning', verdicts: ['earning'], failure: null, changes: 1 });
    expect(of(broken, n)).toEqual({
      state: 'not-earning',
      verdicts: [verdict],
      failure: null,
      changes: 2,
    });
    expect(of(healed, n)).toEqual({ state: 'earning', verdicts: ['earning'], failure: null, changes: 3 });
  });

  it('ends a subscription that moved in the one tenant, and goes on with it in the other', () => {
    expect(of(before, 6)).toMatchObject({ state: 'earning', verdicts: ['earning'] });
    expect(of(broken, 6)).toMatchObject({ state: 'not-delegated', verdicts: [], failure: null });
    expect(of(broken, 7)).toMatchObject({ state: 'not-earning', verdicts: ['role-not-eligible'] });
    expect(of(healed, 7)).toMatchObject({ state: 'earning', verdicts: ['earning'] });
  });

  it('tells that all roles are gone with an application that was deleted, and heals when it is back', () => {
    expect(of(before, 8)).toMatchObject({ state: 'earning', failure: null, changes: 1 });
    expect(of(broken, 8)).toMatchObject({ state: 'not-delegated', verdicts: ['gone'] });
    expect(of(healed, 8)).toMatchObject({ state: 'earning', verdicts: ['earning'], failure: null });
  });
});
