import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accessKindsOf,
  applyTelling,
  type Registration,
  type Telling,
} from '../../../src/lib/domain/tenant.ts';
import { ids } from '../../support/delegations.ts';
import { aRegistration, aTelling } from '../../support/tenants.ts';

const at = (day: number) => new Date(Date.UTC(2026, 2, day, 12));
const tellAll = (...tellings: Telling[]) =>
  tellings.reduce<Registration | null>((known, telling) => applyTelling(known, telling), null);

describe('a registration', () => {
  it('begins with the first telling and waits from when it was heard', () => {
    const registration = applyTelling(null, aTelling());

    expect(registration).toEqual({
      tenantId: 'cccccccc-0000-4000-8000-000000000001',
      facts: { displayName: 'Contoso' },
      factTimes: { displayName: '2026-03-01T12:00:00.000Z', offboarded: '2026-03-01T12:00:00.000Z' },
      announcedAt: '2026-03-01T12:00:05.000Z',
      offboardedAt: null,
      withheld: [],
    });
  });

  it('takes a newer fact and keeps the others', () => {
    const registration = tellAll(
      aTelling({ facts: { displayName: 'Contoso', agreement: 'ea' }, at: at(1) }),
      aTelling({ facts: { displayName: 'Contoso Ltd' }, at: at(2) }),
    );

    expect(registration?.facts).toEqual({ displayName: 'Contoso Ltd', agreement: 'ea' });
  });

  it('lets the last writer win field by field, not telling by telling', () => {
    const registration = tellAll(
      aTelling({ facts: { displayName: 'New name' }, at: at(5) }),
      aTelling({ facts: { displayName: 'Old name', agreement: 'mca' }, at: at(3) }),
    );

    expect(registration?.facts).toEqual({ displayName: 'New name', agreement: 'mca' });
    expect(registration?.factTimes).toMatchObject({
      displayName: at(5).toISOString(),
      agreement: at(3).toISOString(),
    });
  });

  it('takes the later arrival of two tellings of the same time', () => {
    const registration = tellAll(
      aTelling({ facts: { displayName: 'First' } }),
      aTelling({ facts: { displayName: 'Second' } }),
    );

    expect(registration?.facts.displayName).toBe('Second');
  });

  it('hears nothing in an absent field', () => {
    const registration = tellAll(
      aTelling({ at: at(1) }),
      aTelling({ facts: { displayName: undefined }, at: at(2) }),
    );

    expect(registration?.facts.displayName).toBe('Contoso');
  });

  it('is not changed by the same telling again', () => {
    const once = applyTelling(null, aTelling());

    expect(applyTelling(once, aTelling({ heardAt: at(9) }))).toEqual(once);
  });

  it('is not resurrected by a late duplicate of its onboarding', () => {
    const onboarding = aTelling({ at: at(1) });

    const registration = tellAll(
      onboarding,
      aTelling({ presence: 'offboarded', facts: {}, at: at(5) }),
      onboarding,
    );

    expect(registration?.offboardedAt).toBe(at(5).toISOString());
  });

  it('comes back with a later onboarding and waits for its delegation anew', () => {
    const registration = tellAll(
      aTelling({ at: at(1) }),
      aTelling({ presence: 'offboarded', facts: {}, at: at(5) }),
      aTelling({ at: at(8), heardAt: at(9) }),
    );

    expect(registration).toMatchObject({ offboardedAt: null, announcedAt: at(9).toISOString() });
  });

  it('keeps the time it was first announced when its onboarding is told again', () => {
    const registration = tellAll(
      aTelling({ at: at(1), heardAt: at(2) }),
      aTelling({ at: at(3), heardAt: at(4) }),
    );

    expect(registration?.announcedAt).toBe(at(2).toISOString());
  });

  it('is not onboarded again by a change of its facts', () => {
    const registration = tellAll(
      aTelling({ at: at(1) }),
      aTelling({ presence: 'offboarded', facts: {}, at: at(5) }),
      aTelling({ presence: 'unsaid', facts: { displayName: 'Contoso Ltd' }, at: at(6) }),
    );

    expect(registration).toMatchObject({
      offboardedAt: at(5).toISOString(),
      facts: { displayName: 'Contoso Ltd' },
    });
  });

  it('may begin with an offboarding, which an older onboarding does not undo', () => {
    const registration = tellAll(
      aTelling({ presence: 'offboarded', facts: {}, at: at(5) }),
      aTelling({ at: at(1) }),
    );

    expect(registration).toMatchObject({
      offboardedAt: at(5).toISOString(),
      facts: { displayName: 'Contoso' },
    });
  });
});

describe('a source that is not trusted', () => {
  const known = aRegistration({ facts: { displayName: 'Contoso', accessKinds: ['lighthouse'] } });
  const untrusted = (changes: Partial<Telling>) =>
    aTelling({ source: 'somebody', trusted: false, at: at(5), ...changes });

  it('may register a tenant nobody knew, with everything it says', () => {
    const registration = applyTelling(
      null,
      untrusted({ facts: { accessKinds: ['csp-aobo'], principal: 'pal-bergen' } }),
    );

    expect(registration.facts).toEqual({ accessKinds: ['csp-aobo'], principal: 'pal-bergen' });
    expect(registration.withheld).toEqual([]);
  });

  it.each<[string, Partial<Telling>, object]>([
    [
      'another kind of access',
      { facts: { accessKinds: ['csp-aobo'] } },
      { what: 'accessKinds', value: '["csp-aobo"]' },
    ],
    ['another principal', { facts: { principal: 'pal-bergen' } }, { what: 'principal', value: 'pal-bergen' }],
    [
      'another object of the principal',
      { facts: { servicePrincipalObjectId: ids.palInTenant } },
      { what: 'servicePrincipalObjectId', value: ids.palInTenant },
    ],
    ['an offboarding', { presence: 'offboarded', facts: {} }, { what: 'offboard', value: 'true' }],
  ])('has %s withheld for an operator', (_, changes, withheld) => {
    const registration = applyTelling(known, untrusted(changes));

    expect(registration).toMatchObject({ facts: known.facts, offboardedAt: null });
    expect(registration.withheld).toEqual([{ ...withheld, source: 'somebody', at: at(5).toISOString() }]);
  });

  it('may add to the expected subscriptions, and not take one away', () => {
    const expecting = applyTelling(known, aTelling({ at: at(4), facts: { subscriptionIds: ['a', 'b'] } }));

    const shrunk = applyTelling(expecting, untrusted({ facts: { subscriptionIds: ['b', 'c'] } }));
    const grown = applyTelling(expecting, untrusted({ facts: { subscriptionIds: ['a', 'b', 'c'] } }));

    expect(shrunk.facts.subscriptionIds).toEqual(['a', 'b']);
    expect(shrunk.withheld).toMatchObject([{ what: 'subscriptionIds', value: '["b","c"]' }]);
    expect(grown).toMatchObject({ facts: { subscriptionIds: ['a', 'b', 'c'] }, withheld: [] });
  });

  it('has the newest of its changes kept, and not without end', () => {
    const registration = Array.from({ length: 60 }, (_, n) => `${n}${'x'.repeat(5_000)}`).reduce(
      (before, principal) => applyTelling(before, untrusted({ facts: { principal } })),
      known,
    );

    expect(registration.withheld).toHaveLength(50);
    expect(registration.withheld.at(-1)?.value).toBe(`59${'x'.repeat(998)}`);
  });

  it('has a change withheld once, however often it says it', () => {
    const telling = untrusted({ facts: { principal: 'pal-bergen' } });

    const registration = applyTelling(applyTelling(known, telling), telling);

    expect(registration.withheld).toHaveLength(1);
  });

  it('is heard where it weakens nothing', () => {
    const registration = applyTelling(
      known,
      untrusted({ facts: { displayName: 'Contoso Ltd', accessKinds: ['lighthouse'] } }),
    );

    expect(registration.facts.displayName).toBe('Contoso Ltd');
    expect(registration.withheld).toEqual([]);
  });

  it('cannot push a withheld fact past a later word of a trusted source', () => {
    const after = applyTelling(known, untrusted({ facts: { principal: 'pal-bergen' }, at: at(9) }));

    const registration = applyTelling(after, aTelling({ facts: { principal: 'pal-link' }, at: at(7) }));

    expect(registration.facts.principal).toBe('pal-link');
  });
});

describe('a trusted source', () => {
  it('may weaken what is watched over', () => {
    const registration = applyTelling(
      aRegistration(),
      aTelling({ facts: { accessKinds: ['csp-aobo'], principal: 'pal-bergen' }, at: at(5) }),
    );

    expect(registration.facts).toMatchObject({ accessKinds: ['csp-aobo'], principal: 'pal-bergen' });
    expect(registration.withheld).toEqual([]);
  });
});

describe('tellings of distinct times', () => {
  const facts = fc.record(
    {
      displayName: fc.constantFrom('A', 'B', 'C'),
      agreement: fc.constantFrom('ea' as const, 'mca' as const),
      subscriptionAgreements: fc.dictionary(
        fc.constantFrom('s1', 's2'),
        fc.constantFrom('ea' as const, 'azure-plan' as const),
      ),
      principal: fc.constantFrom('pal-link', 'pal-bergen'),
      subscriptionIds: fc.subarray(['s1', 's2', 's3']),
    },
    { requiredKeys: [] },
  );
  const presence = fc.constantFrom('onboarded' as const, 'offboarded' as const, 'unsaid' as const);
  const tellings = (presences: fc.Arbitrary<Telling['presence']>) =>
    fc.uniqueArray(fc.record({ hour: fc.integer({ min: 0, max: 500 }), facts, presence: presences }), {
      selector: ({ hour }) => hour,
      minLength: 1,
      maxLength: 6,
    });
  const inBothOrders = (presences: fc.Arbitrary<Telling['presence']>) =>
    tellings(presences).chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
  const told = (list: readonly { hour: number; facts: Telling['facts']; presence: Telling['presence'] }[]) =>
    tellAll(
      ...list.map(({ hour, ...rest }) =>
        aTelling({ ...rest, at: new Date(Date.UTC(2026, 2, 1, hour)), heardAt: at(31) }),
      ),
    );

  /** Which telling began an agreement is not known where tellings of another one came late, between its own. */
  const withoutStart = (registration: Registration | null): unknown =>
    JSON.parse(JSON.stringify(registration, (key, value: unknown) => (key === 'since' ? undefined : value)));

  it('come to the same facts in whatever order they arrive', () => {
    fc.assert(
      fc.property(inBothOrders(presence), ([one, other]) => {
        expect(told(one)?.facts).toEqual(told(other)?.facts);
        expect(told(one)?.factTimes).toEqual(told(other)?.factTimes);
      }),
    );
  });

  it('come to the same presence in whatever order they arrive', () => {
    fc.assert(
      fc.property(inBothOrders(presence), ([one, other]) => {
        expect(told(one)?.offboardedAt === null).toBe(told(other)?.offboardedAt === null);
      }),
    );
  });

  it('come to the same registration while nobody is offboarded twice', () => {
    fc.assert(
      fc.property(inBothOrders(fc.constantFrom('onboarded', 'unsaid')), ([one, other]) => {
        expect(withoutStart(told(one))).toEqual(withoutStart(told(other)));
      }),
    );
  });
});

describe('facts that decide, by the settings, what is watched', () => {
  const known = aRegistration({ facts: { tags: { env: 'prod', region: 'nordics' }, agreement: 'ea' } });
  const stranger = { presence: 'unsaid', trusted: false, source: 'somebody', at: at(5) } as const;
  const deciding = ['tags', 'agreement'] as const;

  it('are not changed by a source that is not trusted, but put up for decision', () => {
    const facts = { tags: { env: 'test' }, agreement: 'mca' } as const;

    const after = applyTelling(known, aTelling({ ...stranger, facts, deciding }));

    expect(after.facts).toEqual(known.facts);
    expect(after.withheld.map(({ what, value }) => [what, value])).toEqual([
      ['tags', '{"env":"test"}'],
      ['agreement', 'mca'],
    ]);
  });

  it('may be told again, in any order', () => {
    const facts = { tags: { region: 'nordics', env: 'prod' } };

    expect(applyTelling(known, aTelling({ ...stranger, facts, deciding })).withheld).toEqual([]);
  });

  it('are facts like any other where no rule is about them', () => {
    const after = applyTelling(known, aTelling({ ...stranger, facts: { tags: { env: 'test' } } }));

    expect(after.facts.tags).toEqual({ env: 'test' });
  });
});

describe('the access kinds of a tenant', () => {
  it('are Lighthouse where nothing was told', () => {
    expect(accessKindsOf(aRegistration())).toEqual(['lighthouse']);
  });

  it('are what was told', () => {
    const registration = aRegistration({ facts: { accessKinds: ['guest-user', 'csp-aobo'] } });

    expect(accessKindsOf(registration)).toEqual(['guest-user', 'csp-aobo']);
  });
});
