import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreements } from '../../../src/lib/domain/agreement.ts';
import {
  decideDpor,
  dporAfterAgreementChange,
  dporApplies,
  dporInput,
  dporStatus,
  type Dpor,
  type DporInput,
} from '../../../src/lib/domain/dpor.ts';
import { subscriptionId } from '../../support/delegations.ts';
import { aDpor } from '../../support/tenants.ts';

const now = new Date('2026-03-10T12:00:00.000Z');
const where = { applies: dporApplies('ea', null), now };

const asked: DporInput = {
  step: 'asked',
  subscriptionId: subscriptionId(1),
  at: '2026-03-02T12:00:00Z',
  by: 'Kari Nordmann',
};
const confirmed: DporInput = {
  ...asked,
  step: 'confirmed',
  at: '2026-03-04T12:00:00Z',
  by: 'Ola at Contoso',
  partnerId: '4681234',
};
const replaced: DporInput = {
  ...asked,
  step: 'void',
  at: '2026-03-06T12:00:00Z',
  reason: 'replaced-by-another-partner',
};

/** What comes of telling these steps one after the other; throws where one is not taken. */
function after(...steps: readonly DporInput[]): Dpor | undefined {
  return steps.reduce<Dpor | undefined>((known, step) => {
    const decision = decideDpor(known, step, where);
    if (decision.kind === 'faulty') throw new Error(decision.faults[0]?.problem);
    return decision.kind === 'recorded' ? decision.dpor : known;
  }, undefined);
}

describe('a partner of record', () => {
  it('that nobody told of has not been asked for', () => {
    expect(dporStatus(undefined)).toBe('not-asked');
  });

  it('goes from asked to confirmed to void, with every step kept', () => {
    const dpor = after(asked, confirmed, replaced);

    expect(dporStatus(dpor)).toBe('void');
    expect(dpor?.steps.slice(0, 2)).toEqual(aDpor().steps);
    expect(dpor?.steps[2]).toEqual({
      step: 'void',
      at: '2026-03-06T12:00:00.000Z',
      by: 'Kari Nordmann',
      reason: 'replaced-by-another-partner',
    });
  });

  it('may be confirmed by a customer whom nobody asked, and changed as often as they like', () => {
    const again: DporInput = { ...confirmed, at: '2026-03-08T12:00:00Z' };

    expect(
      after(confirmed, { ...confirmed, at: '2026-03-05T12:00:00Z', partnerId: '4685678' }, replaced, again)
        ?.steps,
    ).toHaveLength(4);
  });

  it('may be asked for again', () => {
    expect(after(asked, { ...asked, at: '2026-03-09T12:00:00Z' })?.steps).toHaveLength(2);
  });

  it.each<[string, Dpor | undefined, DporInput, string]>([
    ['a step of tomorrow', undefined, { ...asked, at: '2026-03-11T12:00:00Z' }, 'at'],
    ['a step from before the last one', aDpor(), { ...replaced, at: '2026-03-03T12:00:00Z' }, 'at'],
    ['asking where the customer has confirmed', aDpor(), { ...asked, at: '2026-03-05T12:00:00Z' }, 'step'],
    ['making void what was never asked for', undefined, replaced, 'step'],
    ['making void what is void', after(asked, replaced), { ...replaced, at: '2026-03-07T12:00:00Z' }, 'step'],
  ])('refuses %s', (_, known, input, field) => {
    expect(decideDpor(known, input, where)).toMatchObject({ kind: 'faulty', faults: [{ field }] });
  });

  it('is not recorded where the agreement carries none, and says why', () => {
    const decision = decideDpor(undefined, asked, { ...where, applies: dporApplies('azure-plan', null) });

    expect(decision).toEqual({
      kind: 'faulty',
      faults: [
        {
          field: 'subscriptionId',
          problem:
            'cannot have a partner of record: the agreement is azure-plan, which carries no partner of record',
        },
      ],
    });
  });

  it('can be made void whatever the agreement is by now', () => {
    const applies = dporApplies('azure-plan', null);

    expect(decideDpor(aDpor(), replaced, { ...where, applies }).kind).toBe('recorded');
  });

  it('told once more changes nothing, however late, and history only grows', () => {
    const anyStep = fc.constantFrom(asked, confirmed, replaced, { ...asked, at: '2026-03-07T12:00:00Z' });

    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 8 }), (steps) => {
        let known: Dpor | undefined;
        const taken: DporInput[] = [];
        for (const step of steps) {
          const decision = decideDpor(known, step, where);
          if (decision.kind !== 'recorded') continue;
          expect(decision.dpor.steps.slice(0, -1)).toEqual(known?.steps ?? []);
          known = decision.dpor;
          taken.push(step);
        }
        expect(taken.map((step) => decideDpor(known, step, where).kind)).toEqual(
          taken.map(() => 'unchanged'),
        );
      }),
    );
  });
});

describe('whether a subscription can have a partner of record', () => {
  it.each([
    ['ea', null, 'yes'],
    ['ea', 'CSP_2015-05-01', 'yes'],
    ['unknown', 'EnterpriseAgreement_2014-09-01', 'maybe'],
    ['unknown', 'MSDNDevTest_2014-09-01', 'maybe'],
    ['unknown', null, 'maybe'],
    ['unknown', 'CSP_2015-05-01', 'no'],
    ['unknown', 'PayAsYouGo_2014-09-01', 'no'],
    ['azure-plan', 'EnterpriseAgreement_2014-09-01', 'no'],
    ['mca', null, 'no'],
    ['pay-as-you-go', null, 'no'],
  ] as const)('under %s with the offer %s: %s', (agreement, quotaId, applies) => {
    expect(dporApplies(agreement, quotaId).applies).toBe(applies);
  });
});

describe('a change of the agreement', () => {
  const step = { at: '2026-03-10T12:00:00.000Z', by: 'crm' };

  it.each(['azure-plan', 'mca'] as const)('from EA to %s makes the partner of record void', (to) => {
    const changed = dporAfterAgreementChange(aDpor(), 'ea', to, step);

    expect(changed.steps).toEqual([...aDpor().steps, { step: 'void', reason: 'agreement-changed', ...step }]);
  });

  it('makes nothing void twice', () => {
    const known = dporAfterAgreementChange(aDpor(), 'ea', 'mca', step);

    expect(dporAfterAgreementChange(known, 'ea', 'azure-plan', step)).toBe(known);
  });

  it('leaves it alone otherwise', () => {
    const others = agreements.flatMap((from) =>
      agreements
        .filter((to) => !['azure-plan', 'mca'].includes(to) || ['azure-plan', 'mca'].includes(from))
        .map((to) => [from, to] as const),
    );

    for (const [from, to] of others) {
      const known = aDpor();
      expect(dporAfterAgreementChange(known, from, to, step)).toBe(known);
    }
  });
});

describe('a step as it is sent', () => {
  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.anything(), (input) => !dporInput.safeParse(input).success));
  });

  it.each([
    ['a confirmation without the ID', { ...confirmed, partnerId: undefined }],
    ['a reason nobody knows', { ...replaced, reason: 'because' }],
    ['a step nobody knows', { ...asked, step: 'not-asked' }],
    ['a field too many', { ...asked, partnerId: '4681234' }],
  ])('is refused with %s', (_, input) => {
    expect(dporInput.safeParse(input).success).toBe(false);
  });
});
