import { describe, expect, it } from 'vitest';
import {
  decideLink,
  linkStateOf,
  standing,
  type DesiredLink,
  type LinkReading,
  type LinkRules,
} from '../../../src/lib/domain/link.ts';
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
