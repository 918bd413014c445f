/** Delegations that change or go, through the whole stack: proof before belief, and no state is lost by a read that fails. */
import { beforeAll, expect, it } from 'vitest';
import type { OperatorAnswer } from '../../local/operator-calls.ts';
import type { TenantDetail } from '../../src/functions/api/contract/tenants.ts';
import {
  aCustomer,
  anEstate,
  delegationTo,
  PRINCIPAL,
  subscriptionIdOf,
  tenantIdOf,
} from '../support/estate.ts';
import { runStack, type StackReport } from '../support/stack.ts';

const INDEX_LAG_MS = 2_500;

const [BY_401, BY_403, BY_404, UNREADABLE, SHRINKING, GROWING] = [1, 2, 3, 4, 5, 6] as const;
const removed: readonly number[] = [BY_401, BY_403, BY_404];
const all: readonly number[] = [...removed, UNREADABLE, SHRINKING, GROWING];

const whole = delegationTo(PRINCIPAL);
const part = { ...whole, resourceGroup: 'rg-web' };

const delegating = (n: number, delegations: readonly object[]) => ({
  tenantId: tenantIdOf(n),
  subscriptions: [{ subscriptionId: subscriptionIdOf(n), delegations }],
});

const lookAt = (n: number, id: string) => ({
  specversion: '1.0',
  type: 'pal.tenant.changed.v1',
  source: 'crm',
  id: `${id}-${n}`,
  data: { tenantId: tenantIdOf(n) },
});

const tenantAnswers = { requests: all.map((n) => ({ method: 'GET', path: `/tenants/${tenantIdOf(n)}` })) };

/** Any read of the nth customer's subscription. */
const reading = (n: number) => ({
  method: 'GET',
  path: `/subscriptions/${subscriptionIdOf(n)}`,
  times: null,
});

const timeline = [
  tenantAnswers,
  {
    patch: {
      customers: [
        ...removed.map((n) => delegating(n, [])),
        delegating(SHRINKING, [part]),
        delegating(GROWING, [whole]),
      ],
      // What is removed is refused with 401, as it is across tenants; Azure has other words for it, too.
      faults: [
        { ...reading(BY_403), status: 403 },
        { ...reading(BY_404), status: 404, body: { error: { code: 'SubscriptionNotFound', message: 'no' } } },
        { ...reading(UNREADABLE), status: 500, times: 4 },
      ],
    },
    events: [...removed, UNREADABLE].map((n) => lookAt(n, 'while-the-index-still-shows-it')),
  },
  tenantAnswers,
  { afterMs: INDEX_LAG_MS + 500, events: all.map((n) => lookAt(n, 'after-the-index-caught-up')) },
];
const [BEFORE, UNPROVEN] = [0, 2];

let report: StackReport;
let answers: readonly OperatorAnswer[];

beforeAll(async () => {
  const customers = all.map((n) => ({ ...aCustomer(n), ...delegating(n, [n === GROWING ? part : whole]) }));
  const running = await runStack(anEstate(customers, { indexLagMs: INDEX_LAG_MS, timeline }), {
    // Without further looks of its own accord, so that each look here has its own event.
    set: { SECOND_LOOKS_FOR_MS: '0' },
  });
  try {
    report = await running.settle();
    answers = running.stack.answers();
  } finally {
    await running.stop();
  }
}, 90_000);

const shown = (step: number, n: number) =>
  answers.find(({ at }) => at === `timeline[${step}].requests[${all.indexOf(n)}]`)?.body as TenantDetail;
const atTheEnd = (n: number) => report.tenants.find(({ tenantId }) => tenantId === tenantIdOf(n));

it.each([
  ['401', BY_401],
  ['403', BY_403],
  ['404', BY_404],
])('a removal is believed only when it is proven, where a direct read answers %s', (_status, n) => {
  expect(shown(BEFORE, n)).toMatchObject({ state: 'earning', version: 1, failure: null });
  expect(shown(UNPROVEN, n)).toMatchObject({ state: 'earning', version: 1, failure: { kind: 'denied' } });
  expect(atTheEnd(n)).toMatchObject({
    state: 'not-delegated',
    reason: 'gone',
    changes: 2,
    failure: null,
    scopes: [{ verdict: 'gone' }],
  });
});

it('reads that merely fail change no state, and it heals when they work', () => {
  expect(shown(BEFORE, UNREADABLE)).toMatchObject({ state: 'earning', version: 1 });
  expect(shown(UNPROVEN, UNREADABLE)).toMatchObject({
    state: 'earning',
    version: 1,
    failure: { kind: 'unavailable' },
  });
  expect(report.parked).toMatchObject([{ queue: 'reconcile' }]);
  expect(atTheEnd(UNREADABLE)).toMatchObject({ state: 'earning', changes: 1, failure: null });
});

it.each([
  ['shrinks to one of its resource groups', SHRINKING, ['gone', 'earning']],
  ['grows from a resource group to the subscription', GROWING, ['earning']],
])('a delegation that %s is told by its parts', (_what, n, verdicts) => {
  expect(atTheEnd(n)?.scopes.map(({ verdict }) => verdict)).toEqual(verdicts);
  expect(atTheEnd(n)?.failure).toBeNull();
});
