import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideLink,
  linkStateOf,
  standing,
  type LinkReading,
  type LinkRules,
} from '../../../src/lib/domain/link.ts';
import type { DesiredLink, LinkOrder, LinkVerb } from '../../../src/lib/domain/desired-link.ts';
import { aLinkRecord, anObservedLink } from '../../support/tenants.ts';

const wanted: DesiredLink = { kind: 'wanted', partnerId: '4681234' };
const held: DesiredLink = { kind: 'held', by: 'ada', why: 'moving partners', until: null };
const ours = anObservedLink();
const elsewhere = anObservedLink({ partnerId: '4999999' });
const inactive = anObservedLink({ state: 'Deleted' });
const enforce: LinkRules = { mode: 'enforce', whenLinkedElsewhere: 'refuse' };
const observe: LinkRules = { mode: 'observe', whenLinkedElsewhere: 'refuse' };

describe('what is done about a link', () => {
  it.each<[string, LinkReading, DesiredLink, LinkRules, object]>([
    ['none is there', null, wanted, enforce, { do: 'create', partnerId: '4681234' }],
    ['it is ours', ours, wanted, enforce, { do: 'nothing' }],
    ['it is not active', inactive, wanted, enforce, { do: 'create', partnerId: '4681234' }],
    ['it is another partner’s', elsewhere, wanted, enforce, { do: 'refuse', reason: 'linked-elsewhere' }],
    [
      'it is another partner’s and policy replaces',
      elsewhere,
      wanted,
      { ...enforce, whenLinkedElsewhere: 'replace' },
      { do: 'replace', partnerId: '4681234' },
    ],
    ['none is there, observing', null, wanted, observe, { do: 'say', outcome: 'would-link' }],
    ['it is ours, observing', ours, wanted, observe, { do: 'nothing' }],
    [
      'it is another partner’s, observing, and policy replaces',
      elsewhere,
      wanted,
      { ...observe, whenLinkedElsewhere: 'replace' },
      { do: 'say', outcome: 'would-relink' },
    ],
    [
      'it is another partner’s, observing',
      elsewhere,
      wanted,
      observe,
      { do: 'refuse', reason: 'linked-elsewhere' },
    ],
    ['none is there, and it is held', null, held, enforce, { do: 'nothing' }],
    [
      'it is another partner’s, and it is held',
      elsewhere,
      held,
      { ...enforce, whenLinkedElsewhere: 'replace' },
      { do: 'nothing' },
    ],
  ])('when %s', (_, reading, desired, rules, expected) => {
    expect(decideLink(reading, desired, rules)).toEqual(expected);
  });
});

describe('how a link stands', () => {
  it.each<[string, LinkReading, string]>([
    ['no link', null, 'unlinked'],
    ['our link', ours, 'linked'],
    ['our link, the state in small letters', anObservedLink({ state: 'active' }), 'linked'],
    ['our link, not active', inactive, 'unlinked'],
    ['another partner’s link', elsewhere, 'linked-elsewhere'],
    ['a partner ID that only looks alike', anObservedLink({ partnerId: '04681234' }), 'linked-elsewhere'],
  ])('%s', (_, reading, expected) => {
    expect(standing(reading, '4681234')).toBe(expected);
  });

  it('is unknown while the link was never read well', () => {
    expect(linkStateOf(null, '4681234')).toBe('unknown');
    expect(linkStateOf(aLinkRecord({ observed: null, readAt: null }), '4681234')).toBe('unknown');
  });

  it('is what the last good read showed, whatever failed since', () => {
    const record = aLinkRecord({
      observed: ours,
      readAt: '2026-03-09T12:00:00.000Z',
      failure: { kind: 'unavailable', message: 'x', at: '2026-03-10T12:00:00.000Z', requestId: null },
    });

    expect(linkStateOf(record, '4681234')).toBe('linked');
  });
});

const anOrder = (verb: LinkVerb, expectedCurrentPartnerId: string | null): LinkOrder => ({
  verb,
  by: 'ada',
  why: 'moving partners',
  at: '2026-03-10T12:00:00.000Z',
  causeId: 'order-1',
  expectedCurrentPartnerId,
  before: wanted,
});

describe('what an order does about a link', () => {
  it.each<[string, LinkReading, DesiredLink, LinkRules, LinkOrder, object]>([
    ['removes it', ours, held, enforce, anOrder('unlink', '4681234'), { do: 'remove', partnerId: '4681234' }],
    [
      'says it would remove it',
      ours,
      held,
      observe,
      anOrder('unlink', '4681234'),
      { do: 'say', outcome: 'would-unlink' },
    ],
    ['has nothing to remove', null, held, enforce, anOrder('unlink', '4681234'), { do: 'nothing' }],
    [
      'removes nothing it did not see',
      elsewhere,
      held,
      enforce,
      anOrder('unlink', '4681234'),
      { do: 'refuse', reason: 'current-differs' },
    ],
    [
      'replaces what it saw, whatever policy says',
      elsewhere,
      wanted,
      enforce,
      anOrder('relink', '4999999'),
      { do: 'replace', partnerId: '4681234' },
    ],
    [
      'replaces nothing it did not see',
      elsewhere,
      wanted,
      { ...enforce, whenLinkedElsewhere: 'replace' },
      anOrder('relink', '4111111'),
      { do: 'refuse', reason: 'current-differs' },
    ],
    ['links again', null, wanted, enforce, anOrder('restore', null), { do: 'create', partnerId: '4681234' }],
    ['finds it done already', ours, wanted, enforce, anOrder('restore', null), { do: 'nothing' }],
  ])('%s', (_, reading, desired, rules, order, expected) => {
    expect(decideLink(reading, desired, rules, order)).toEqual(expected);
  });

  const readings = fc.option(
    fc.constantFrom('4681234', '4999999', '4111111').map((partnerId) => anObservedLink({ partnerId })),
  );
  const rules = fc.record<LinkRules>({
    mode: fc.constantFrom('observe', 'enforce'),
    whenLinkedElsewhere: fc.constantFrom('refuse', 'replace'),
  });

  it('is never done without one: no pass removes a link by itself', () => {
    fc.assert(
      fc.property(readings, fc.constantFrom(wanted, held), rules, (reading, desired, given) => {
        const decision = decideLink(reading, desired, given);
        expect(decision.do).not.toBe('remove');
        expect(decision).not.toMatchObject({ outcome: 'would-unlink' });
      }),
    );
  });

  it('touches no link but the one it saw', () => {
    const expected = fc.constantFrom(null, '4681234', '4999999', '4111111');
    fc.assert(
      fc.property(
        readings,
        fc.constantFrom(wanted, held),
        rules,
        expected,
        (reading, desired, given, seen) => {
          const decision = decideLink(reading, desired, given, anOrder('relink', seen));
          const writes = ['create', 'replace', 'remove'].includes(decision.do);
          expect(writes && (reading?.partnerId ?? null) !== seen).toBe(false);
        },
      ),
    );
  });
});
