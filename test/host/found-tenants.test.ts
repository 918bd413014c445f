/** Whom a sweep finds that nobody announced, where `ADOPT=review` leaves it to an operator. */
import { beforeAll, expect, it } from 'vitest';
import { answerTo, runEstate, statesAtTheEnd, type EstateRun } from '../support/estate-run.ts';
import { linkWrites } from '../support/stack.ts';

const tenantId = (n: number) => `${String(n).repeat(8)}-0000-4000-8000-00000000000${n}`;

let run: EstateRun;

beforeAll(async () => {
  run = await runEstate('sweeps/review');
}, 90_000);

it('puts up customers that carry a delegation to us, and nobody else', () => {
  const { items } = answerTo(run, 1).body as { items: { tenantId: string }[] };

  expect(items.map((found) => found.tenantId)).toEqual([2, 3, 4].map(tenantId));
  expect(answerTo(run, 1, 3)).toMatchObject({ status: 404 });
});

it('has on record whom an operator adopts, and links for them', () => {
  expect(statesAtTheEnd(run)).toEqual({ Announced: ['earning', null], [tenantId(2)]: ['earning', null] });
  expect(linkWrites(run.report.arm)).toEqual({ PUT: 1 });
});

it('counts our own subscriptions and those that show for other reasons, and adopts neither', () => {
  expect(run.report.sweep?.tenants).toMatchObject({
    own: 1,
    projected: 2,
    found: 1,
    dismissed: 1,
    adopted: 0,
    steady: 2,
  });
});

it('asks for the subscriptions in batches where there are more than a query looks through', () => {
  expect(run.report.sweep).toMatchObject({ partial: false, calls: { subscriptionPages: 1 } });
});

it('settles and parks nothing', () => {
  expect(run).toMatchObject({ code: 0, report: { settled: true, parked: [] } });
});
