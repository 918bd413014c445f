/** What must hold of any history of an estate, however it was looked at meanwhile: looked at in calm, the ledger tells the truth. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { daysAtRisk, RISK_DAYS } from '../../../src/lib/domain/days-at-risk.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { isGap } from '../../../src/lib/domain/gap.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import { everything } from '../../../src/lib/domain/watch.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/clock.ts';
import {
  aDelegation,
  aGrant,
  resourceGroup,
  roles,
  someFacts,
  subscription,
  subscriptionId,
} from '../../support/delegations.ts';
import { aMessage, aRequest } from '../../support/requests.ts';
import { anOnboarding } from '../../support/stage.ts';
import { aSweepStage, customer } from '../../support/sweep-stage.ts';
import { aSelection } from '../../support/tenants.ts';

const TENANTS = [1, 2];
const SUBSCRIPTIONS = [1, 2];

/** A subscription as it really is: whose, by which roles it and one of its groups are delegated, and whether it is active. */
interface Truth {
  tenant: number;
  whole: string | null;
  group: string | null;
  state: 'Enabled' | 'Disabled';
}

const tenant = fc.constantFrom(...TENANTS);
const n = fc.constantFrom(...SUBSCRIPTIONS);
const role = fc.constantFrom(roles.contributor, roles.reader, null);
const truth = fc.record<Truth>({
  tenant,
  whole: role,
  group: fc.constantFrom(null, roles.contributor, roles.reader),
  state: fc.constant('Enabled'),
});
const lags = fc.boolean();
const trouble = fc.constantFrom('denied', 'unavailable', 'throttled');

const change = fc.oneof(
  fc.record({ do: fc.constant('delegate'), n, whole: role, lags }),
  fc.record({ do: fc.constant('delegate-group'), n, group: role, lags }),
  fc.record({ do: fc.constant('move'), n, tenant }),
  fc.record({ do: fc.constant('switch'), n }),
  fc.record({ do: fc.constantFrom('offboard', 'onboard', 'exclude'), tenant }),
  fc.record({ do: fc.constant('exclude-subscription'), n }),
  fc.record({ do: fc.constantFrom('include', 'index') }),
  fc.record({
    do: fc.constant('fail'),
    at: fc.constantFrom('find', 'subscriptions', 'tenants', ...SUBSCRIPTIONS),
    trouble,
  }),
);
const sight = fc.oneof(
  fc.record({ do: fc.constant('look'), tenant }),
  fc.record({ do: fc.constantFrom('sweep', 'settle') }),
);
const after = fc.constantFrom(SECOND, MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 8 * HOUR);
const history = fc.array(fc.tuple(after, fc.oneof(change, sight)), {
  minLength: 10,
  maxLength: 30,
  size: 'max',
});

type Step =
  typeof change extends fc.Arbitrary<infer C>
    ? typeof sight extends fc.Arbitrary<infer S>
      ? C | S
      : never
    : never;

/** An estate, the ledger that looks at it, and what is true. */
function aWorld(start: readonly Truth[]) {
  const stage = aSweepStage();
  const real = new Map(start.map((one, index) => [index + 1, { ...one }]));
  const offboarded = new Set<number>();
  let causes = 0;
  const of = (one: number) => {
    const found = real.get(one);
    if (!found) throw new Error(`There is no subscription ${one}.`);
    return found;
  };
  const show = (one: number, indexLags = false) => {
    const { tenant: owner, whole, group, state } = of(one);
    const grants: [ReturnType<typeof subscription>, string | null][] = [
      [subscription(one), whole],
      [resourceGroup(one, 'Web'), group],
    ];
    const delegations = grants.flatMap(([scope, roleId]) =>
      roleId === null ? [] : [aDelegation({ scope, authorizations: [aGrant(roleId)] })],
    );
    const facts = someFacts(one, { tenantId: customer(owner), state });
    if (delegations.length === 0) stage.azure.remove(subscriptionId(one), { indexLags });
    else stage.azure.put({ facts, delegations }, { indexLags });
  };
  const announce = async (type: 'onboarded' | 'offboarded', of: number) => {
    const id = `event-${(causes += 1)}`;
    const time = stage.clock().toISOString();
    const event = { specversion: '1.0', type: `pal.tenant.${type}.v1`, source: 'crm', id, time };
    await stage.registerTenant(
      anOnboarding({ ...event, data: { tenantId: customer(of) } }, { enqueuedAt: stage.clock() }),
    );
  };
  const take = async (step: Step): Promise<void> => {
    switch (step.do) {
      case 'delegate':
        of(step.n).whole = step.whole;
        show(step.n, step.lags);
        return;
      case 'delegate-group':
        of(step.n).group = step.group;
        show(step.n, step.lags);
        return;
      case 'move':
        of(step.n).tenant = step.tenant;
        show(step.n);
        return;
      case 'switch':
        of(step.n).state = of(step.n).state === 'Enabled' ? 'Disabled' : 'Enabled';
        show(step.n);
        return;
      case 'offboard':
        offboarded.add(step.tenant);
        return announce('offboarded', step.tenant);
      case 'onboard':
        offboarded.delete(step.tenant);
        return announce('onboarded', step.tenant);
      case 'exclude':
        stage.watchRules.exclude = aSelection({ tenants: [customer(step.tenant)] });
        return;
      case 'exclude-subscription':
        stage.watchRules.exclude = aSelection({ subscriptions: [subscriptionId(step.n)] });
        return;
      case 'include':
        stage.watchRules.exclude = null;
        return;
      case 'index':
        SUBSCRIPTIONS.forEach((one) => show(one));
        return;
      case 'fail': {
        const at = typeof step.at === 'number' ? subscription(step.at).id : step.at;
        stage.azure.fail(at, new Failure(step.trouble, 'Azure could not be read.'));
        return;
      }
      case 'look':
        await stage.reconcile(
          aMessage(
            aRequest({ id: customer(step.tenant), cause: { kind: 'event', id: `look-${(causes += 1)}` } }),
          ),
        );
        return;
      case 'sweep':
        await stage.sweepOnce();
        return;
      case 'settle':
        await stage.workOff();
    }
  };
  return { stage, real, offboarded, take };
}

/** What is on record of a tenant; null where it never was announced or found. */
async function recordOf({ stage }: ReturnType<typeof aWorld>, one: number): Promise<TenantRecord | null> {
  return (await stage.ledger.read(customer(one)))?.record ?? null;
}

/** Scopes by what they are judged as, of one tenant, as they truly are. */
function verdictsIn(real: ReadonlyMap<number, Truth>, one: number): Record<string, string> {
  const judged = [...real].flatMap(([each, { tenant: owner, whole, group, state }]): [string, string][] => {
    if (owner !== one) return [];
    const verdict = (roleId: string) => (roleId === roles.contributor ? 'earning' : 'role-not-eligible');
    const as = (roleId: string) => (state === 'Enabled' ? verdict(roleId) : 'subscription-inactive');
    const handedDown = whole === roles.contributor ? whole : group;
    return [
      ...(whole === null ? [] : [[subscription(each).id, as(whole)] as [string, string]]),
      ...(group === null
        ? []
        : [[resourceGroup(each, 'Web').id, as(handedDown ?? group)] as [string, string]]),
    ];
  });
  return Object.fromEntries(judged);
}

/** What must hold of a record at any time. */
function expectSound(record: TenantRecord, now: Date): void {
  const open = record.openGaps.map(({ scope }) => scope.toLowerCase());
  expect(new Set(open).size, 'one open gap a scope').toBe(open.length);
  for (const { firstBadAt, lastBadAt, lastEarningAt, openedAt, closedAt } of [
    ...record.openGaps,
    ...record.closedGaps,
  ]) {
    const times = [lastEarningAt ?? firstBadAt, firstBadAt, lastBadAt];
    expect(times).toEqual(times.toSorted());
    expect(closedAt === null || closedAt >= openedAt).toBe(true);
  }
  const days = daysAtRisk(summaryOf(record), { days: RISK_DAYS, now, sweptAt: null });
  expect(days.certain).toBeLessThanOrEqual(days.possible);
}

it('after any history some sweeps in calm tell the truth of every tenant', async () => {
  await fc.assert(
    fc.asyncProperty(fc.tuple(truth, truth), history, async (start, steps) => {
      const world = aWorld(start);
      const { stage, real, offboarded, take } = world;
      await take({ do: 'index' });
      for (const [ms, step] of steps) {
        stage.clock.pass(ms);
        await take(step);
        for (const one of TENANTS) {
          const record = await recordOf(world, one);
          if (record) expectSound(record, stage.clock());
        }
      }

      await take({ do: 'index' });
      Object.assign(stage.watchRules, everything);
      for (let night = 0; night < 4; night += 1) {
        stage.clock.pass(DAY);
        await stage.sweepOnce();
      }

      for (const one of TENANTS) {
        const record = await recordOf(world, one);
        const expected = verdictsIn(real, one);
        if (offboarded.has(one)) {
          expect(record).toMatchObject({ phase: 'closed', scopes: [], openGaps: [] });
          continue;
        }
        const seen = (record?.scopes ?? []).filter(({ verdict }) => verdict !== 'gone');
        expect(Object.fromEntries(seen.map(({ scope, verdict }) => [scope, verdict]))).toEqual(expected);
        const bad = (record?.scopes ?? []).filter(({ verdict, since }) =>
          isGap(verdict, stage.clock().getTime() - Date.parse(since)),
        );
        expect(record?.openGaps.map(({ scope }) => scope).toSorted() ?? []).toEqual(
          bad.map(({ scope }) => scope).toSorted(),
        );
      }
    }),
    { numRuns: 20 },
  );
});
