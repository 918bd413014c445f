import { describe, expect, it } from 'vitest';
import { decidingFacts, principalFor, type PrincipalRule } from '../../../src/lib/domain/pass-rules.ts';
import type { Facts } from '../../../src/lib/domain/tenant.ts';
import { everything } from '../../../src/lib/domain/watch.ts';
import { aPrincipal, aSecondPrincipal, ids } from '../../support/delegations.ts';
import { aRegistration } from '../../support/tenants.ts';

const principals = [aPrincipal(), aSecondPrincipal()];
const bergen = 'pal-bergen';

function chosen(facts: Facts, ...principalRules: PrincipalRule[]): string | undefined {
  return principalFor({ principals, principalRules }, aRegistration({ facts }))?.name;
}

describe('the principal of a tenant', () => {
  it.each<[string, Facts, PrincipalRule[], string | undefined]>([
    ['is the first where nothing else is said', {}, [], 'pal-link'],
    ['is the one it names', { principal: bergen }, [], bergen],
    ['is none where it names one nobody knows', { principal: 'pal-oslo' }, [], undefined],
    [
      'is the one it names, whatever the rules say',
      { principal: 'pal-link', tags: { region: 'west' } },
      [{ principal: bergen, tag: { region: 'west' } }],
      'pal-link',
    ],
    [
      'is that of its tag',
      { tags: { region: 'west', env: 'prod' } },
      [{ principal: bergen, tag: { region: 'west' } }],
      bergen,
    ],
    [
      'is not that of another value of the tag',
      { tags: { region: 'east' } },
      [{ principal: bergen, tag: { region: 'west' } }],
      'pal-link',
    ],
    [
      'is not that of a rule of which only a part fits',
      { tags: { region: 'west' }, agreement: 'mca' },
      [{ principal: bergen, tag: { region: 'west' }, agreement: 'ea' }],
      'pal-link',
    ],
    ['is that of its agreement', { agreement: 'ea' }, [{ principal: bergen, agreement: 'ea' }], bergen],
    ['is that of an agreement nobody told', {}, [{ principal: bergen, agreement: 'unknown' }], bergen],
    [
      'is that of a way we hold access to it',
      { accessKinds: ['lighthouse', 'service-principal'] },
      [{ principal: bergen, accessKind: 'service-principal' }],
      bergen,
    ],
    [
      'is that of Lighthouse where no way was told',
      {},
      [{ principal: bergen, accessKind: 'lighthouse' }],
      bergen,
    ],
    ['is that of its id', {}, [{ principal: bergen, tenantIds: [ids.customer] }], bergen],
    ['is not that of another’s id', {}, [{ principal: bergen, tenantIds: [ids.otherCustomer] }], 'pal-link'],
    [
      'is that of the first rule that fits',
      { agreement: 'ea' },
      [{ principal: 'pal-link', agreement: 'ea' }, { principal: bergen }],
      'pal-link',
    ],
    ['is that of a last rule that fits all', {}, [{ principal: bergen }], bergen],
  ])('%s', (_, facts, rules, expected) => {
    expect(chosen(facts, ...rules)).toBe(expected);
  });
});

describe('facts that decide', () => {
  const nothing = { tenants: [], tags: {}, subscriptions: [], offers: [] };

  it.each<[string, Parameters<typeof decidingFacts>[0], string[]]>([
    ['are none without rules', { watchRules: everything, principalRules: [] }, []],
    [
      'are tags that exclude',
      {
        watchRules: { include: null, exclude: { ...nothing, tags: { env: ['test'] } } },
        principalRules: [],
      },
      ['tags'],
    ],
    [
      'are not tags where ids exclude',
      { watchRules: { include: null, exclude: { ...nothing, tenants: [ids.customer] } }, principalRules: [] },
      [],
    ],
    [
      'are tags and agreements that choose the principal',
      {
        watchRules: everything,
        principalRules: [
          { principal: bergen, tag: { region: 'west' } },
          { principal: bergen, agreement: 'ea' },
        ],
      },
      ['tags', 'agreement'],
    ],
  ])('%s', (_, rules, expected) => {
    expect(decidingFacts(rules)).toEqual(expected);
  });
});
