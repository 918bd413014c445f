import { describe, expect, it } from 'vitest';
import {
  desiredNow,
  giveUp,
  orderEnded,
  placeOrder,
  takeBack,
  type DesiredLink,
  type LinkWill,
  type LinkWish,
} from '../../../src/lib/domain/desired-link.ts';

const NOW = new Date('2026-03-10T12:00:00.000Z');
const OURS = '4681234';
const OTHER = '4685678';
const wanted: DesiredLink = { kind: 'wanted', partnerId: OURS };
const chosen = { partnerId: OTHER, insteadOf: OURS };
const heldUntil = (until: string | null): DesiredLink => ({ kind: 'held', by: 'ada', why: 'moving', until });

function aWish(changes: Partial<LinkWish> = {}): LinkWish {
  return {
    verb: 'unlink',
    by: 'ada',
    why: 'moving partners',
    until: null,
    partnerId: null,
    expectedCurrentPartnerId: OURS,
    causeId: 'order-1',
    ...changes,
  };
}

const place = (wish: Partial<LinkWish>, desired: DesiredLink = wanted): LinkWill =>
  placeOrder({ desired, order: null }, aWish(wish), OURS, NOW);

describe('what is wanted of a link', () => {
  it.each<[string, DesiredLink, string, DesiredLink]>([
    ['is what the settings name', wanted, OTHER, { kind: 'wanted', partnerId: OTHER }],
    ['is nothing while it is held', heldUntil(null), OURS, heldUntil(null)],
    [
      'is nothing until the hold ends',
      heldUntil('2026-03-10T12:00:00.001Z'),
      OURS,
      heldUntil('2026-03-10T12:00:00.001Z'),
    ],
    ['is wanted again when the hold has ended', heldUntil('2026-03-10T12:00:00.000Z'), OURS, wanted],
    [
      'is what an operator chose',
      { kind: 'wanted', partnerId: OTHER, chosen },
      OURS,
      { kind: 'wanted', partnerId: OTHER, chosen },
    ],
    [
      'is what the settings name once they changed after that choice',
      { kind: 'wanted', partnerId: OTHER, chosen },
      '4689999',
      { kind: 'wanted', partnerId: '4689999' },
    ],
    [
      'is the choice again when a hold over it has ended',
      { kind: 'held', by: 'ada', why: 'x', until: '2026-03-01T00:00:00.000Z', chosen },
      OURS,
      { kind: 'wanted', partnerId: OTHER, chosen },
    ],
  ])('%s', (_, desired, configured, expected) => {
    expect(desiredNow(desired, configured, NOW)).toEqual(expected);
  });
});

describe('an order', () => {
  it('to unlink holds the link, with who, why and until when', () => {
    expect(place({ until: '2026-04-01T00:00:00.000Z' })).toEqual({
      desired: { kind: 'held', by: 'ada', why: 'moving partners', until: '2026-04-01T00:00:00.000Z' },
      order: {
        verb: 'unlink',
        by: 'ada',
        why: 'moving partners',
        at: '2026-03-10T12:00:00.000Z',
        causeId: 'order-1',
        expectedCurrentPartnerId: OURS,
        before: wanted,
      },
    });
  });

  it('to restore wants what was wanted before the hold', () => {
    const held: DesiredLink = { kind: 'held', by: 'ada', why: 'x', until: null, chosen };

    expect(place({ verb: 'restore' }, held).desired).toEqual({ kind: 'wanted', partnerId: OTHER, chosen });
  });

  it.each([
    [
      'another partner ID keeps it beside what the settings named',
      OTHER,
      { kind: 'wanted', partnerId: OTHER, chosen },
    ],
    ['the settings’ own forgets an earlier choice', OURS, wanted],
    ['none means the settings’ own', null, wanted],
  ])('to relink to %s', (_, partnerId, expected) => {
    const before: DesiredLink = { kind: 'wanted', partnerId: OTHER, chosen };

    expect(place({ verb: 'relink', partnerId }, before).desired).toEqual(expected);
  });

  it('leaves what it says in place when it was carried out, and what was before when not', () => {
    const placed = place({});

    expect(orderEnded(placed, true)).toEqual({ desired: placed.desired, order: null });
    expect(orderEnded(placed, false)).toEqual({ desired: wanted, order: null });
  });

  it('given over one that was not carried out goes back to what was before both', () => {
    const second = placeOrder(place({}), aWish({ verb: 'relink', partnerId: OTHER }), OURS, NOW);

    expect(orderEnded(second, false).desired).toEqual(wanted);
  });
});

describe('the link of an offboarded tenant', () => {
  it('is given up where it is ours, once', () => {
    const given = giveUp({ desired: wanted, order: null }, 'event-1', OURS, NOW);

    expect(given).toMatchObject({
      desired: { kind: 'held', by: 'offboarding', forOffboarding: true },
      order: { verb: 'unlink', expectedCurrentPartnerId: OURS, before: wanted },
    });
    expect(giveUp(given, 'event-2', OURS, NOW)).toEqual(given);
  });

  it('is left to the operator who holds it', () => {
    const will = { desired: heldUntil(null), order: null };

    expect(giveUp(will, 'event-1', OURS, NOW)).toEqual(will);
    expect(takeBack(will, OURS)).toEqual(will);
  });

  it('is wanted again when the tenant is ours again, also before it was removed', () => {
    const given = giveUp({ desired: wanted, order: null }, 'event-1', OURS, NOW);

    expect(takeBack(given, OURS)).toEqual({ desired: wanted, order: null });
  });
});
