/** What becomes of customers after onboarding: each cause with its own reason, gap and change, and what heals it. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { TenantDetail, TenantPage } from '../../src/functions/api/contract/tenants.ts';
import { answerTo, runEstate, type EstateRun } from '../support/estate-run.ts';
import { linkWrites } from '../support/stack.ts';

const tenantId = (n: number) => `${String(n).repeat(8)}-0000-4000-8000-00000000000${n}`;

const atTheEnd = ({ report }: EstateRun, n: number) =>
  report.tenants.find((tenant) => tenant.tenantId === tenantId(n));

describe('what happens to customers after onboarding', () => {
  let run: EstateRun;

  beforeAll(async () => {
    run = await runEstate('changes/causes');
  }, 90_000);

  /** What the operator was shown of the nth tenant at a step. */
  const shown = (step: number, n: number) => {
    const { items } = answerTo(run, step).body as TenantPage;
    return items.find((item) => item.tenantId === tenantId(n));
  };
  const [BEFORE, BROKEN] = [0, 2];

  it.each([
    ['a delegation whose role was changed', 1, 'role-not-eligible', 1],
    ['a subscription that was disabled', 2, 'subscription-inactive', 0],
    ['a delegation without the principal', 3, 'principal-missing', 1],
    ['a delegation that names the object the principal was before', 4, 'wrong-object-id', 1],
    ['a subscription that was deleted', 5, 'subscription-inactive', 0],
  ])('tells %s by its own reason, and heals when the cause goes', (_, n, verdict, openGaps) => {
    expect(shown(BEFORE, n)).toMatchObject({ state: 'earning', openGaps: 0, version: 1 });
    expect(shown(BROKEN, n)).toMatchObject({
      state: 'not-earning',
      reason: verdict,
      verdicts: { [verdict]: 1 },
      failure: null,
      openGaps,
      version: 2,
    });
    expect(atTheEnd(run, n)).toMatchObject({ state: 'earning', failure: null, openGaps: 0, changes: 3 });
  });

  it('ends a subscription that moved in the one tenant, and goes on with it and its gap in the other', () => {
    expect(shown(BEFORE, 6)).toMatchObject({ state: 'earning', verdicts: { earning: 1 } });
    expect(shown(BROKEN, 6)).toMatchObject({ state: 'not-delegated', verdicts: {}, openGaps: 0 });
    expect(shown(BROKEN, 7)).toMatchObject({
      state: 'not-earning',
      verdicts: { 'role-not-eligible': 1 },
      openGaps: 1,
    });
    expect(atTheEnd(run, 6)).toMatchObject({ state: 'not-delegated', scopes: [], openGaps: 0 });
    expect(atTheEnd(run, 7)).toMatchObject({ state: 'earning', openGaps: 0 });
  });

  it('tells that all roles are gone with an application that was deleted, and heals when it is back', () => {
    expect(shown(BEFORE, 8)).toMatchObject({ state: 'earning', failure: null, version: 1 });
    expect(shown(BROKEN, 8)).toMatchObject({
      state: 'not-delegated',
      reason: 'gone',
      verdicts: { gone: 1 },
      openGaps: 1,
    });
    expect(atTheEnd(run, 8)).toMatchObject({ state: 'earning', failure: null, openGaps: 0 });
  });

  it('leaves nothing for a sweep to change, and nothing parked', () => {
    const { tenants } = run.report.sweep ?? { tenants: null };

    expect(run).toMatchObject({ code: 0, report: { settled: true, parked: [] } });
    // The tenant with a service principal is always asked for: the index shows nothing of its roles.
    expect(tenants).toMatchObject({ steady: 7, asked: 1, assessed: 0 });
  });
});

describe('agreements that change, and gaps that are accepted', () => {
  let run: EstateRun;

  beforeAll(async () => {
    run = await runEstate('changes/agreements');
  }, 90_000);

  const shownAfter = (request: number) => answerTo(run, 2, request).body as TenantDetail;
  const partnersOfRecord = (request: number) =>
    (
      answerTo(run, 2, request).body as { partnersOfRecord: { status: string; steps: { step: string }[] }[] }
    ).partnersOfRecord.map(({ status, steps }) => [status, steps.map(({ step }) => step)]);

  it('make a partner of record void, and keep its history', () => {
    expect(partnersOfRecord(2)).toEqual([['void', ['asked', 'confirmed', 'void']]]);
  });

  it('make void that of the one subscription which changed, and no other', () => {
    expect(partnersOfRecord(3)).toEqual([
      ['confirmed', ['confirmed']],
      ['void', ['confirmed', 'void']],
    ]);
  });

  it('have a subscription verified again until a pass proves its coverage', () => {
    expect(shownAfter(0)).toMatchObject({ agreement: 'azure-plan', toReverify: 0, failure: null });
    expect(shownAfter(1)).toMatchObject({
      agreement: 'azure-plan',
      state: 'earning',
      toReverify: 1,
      failure: { kind: 'denied' },
    });
    expect(atTheEnd(run, 2)).toMatchObject({
      state: 'earning',
      failure: null,
      scopes: [{ agreement: 'azure-plan', reverifySince: null, countsFor: 'pec' }],
    });
  });

  it('let a confirmed partner of record hide no missing role', () => {
    expect(partnersOfRecord(4)).toEqual([['confirmed', ['confirmed']]]);
    expect(atTheEnd(run, 5)).toMatchObject({
      state: 'not-earning',
      reason: 'role-not-eligible',
      openGaps: 1,
    });
  });

  it('end an acceptance at its time: the sweep that finds it has it proven, and the gap is told again', () => {
    const accepted = answerTo(run, 0, 6).body as TenantDetail;

    expect(accepted).toMatchObject({
      version: 2,
      openGaps: 1,
      acceptedGaps: 1,
      gaps: [{ accepted: { ticket: 'CASE-4711' } }],
    });
    expect(atTheEnd(run, 4)).toMatchObject({ state: 'not-earning', openGaps: 1, changes: 3 });
    expect(run.report.sweep?.tenants).toMatchObject({ assessed: 0, asked: 2, steady: 3 });
  });

  it('settle, park nothing, and write the link once', () => {
    expect(run).toMatchObject({ code: 0, report: { settled: true, parked: [] } });
    expect(linkWrites(run.report.arm)).toEqual({ PUT: 1 });
  });
});
