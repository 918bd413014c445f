import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/lib/domain/assessment.ts';
import type { Reading } from '../../../src/lib/domain/reading.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { DAY, HOUR } from '../../support/clock.ts';
import { delegationsOf } from '../../support/any-estate.ts';
import { anUnreadable, someFacts, someRules, subscription } from '../../support/delegations.ts';
import { aTenantRecord } from '../../support/tenants.ts';

const START = Date.parse('2026-03-02T12:00:00.000Z');
const rules = someRules({ expectDelegationWithinMs: 3 * DAY });
const SUBSCRIPTIONS = [1, 2, 3];

const RUNS = { numRuns: 500 };

const seldom = (reading: Reading[]) => ({ arbitrary: fc.constant(reading), weight: 1 });

/** One reading of a subscription, or none. */
const readingOf = (n: number): fc.Arbitrary<Reading[]> =>
  fc.oneof(
    seldom([]),
    seldom([{ kind: 'gone', scope: subscription(n) }]),
    seldom([{ kind: 'not-visible', scope: subscription(n) }]),
    seldom([anUnreadable(n)]),
    {
      arbitrary: fc
        .record({
          delegations: delegationsOf(n),
          direct: fc.boolean(),
          state: fc.constantFrom('Enabled', 'Enabled', 'Disabled'),
        })
        .map(({ state, ...rest }): Reading[] => [
          { kind: 'delegations', scope: subscription(n), facts: someFacts(n, { state }), ...rest },
        ]),
      weight: 8,
    },
  );

const readings = fc.tuple(...SUBSCRIPTIONS.map(readingOf)).map((each) => each.flat());

/** A tenant's record after any number of looks, an hour apart. */
const records = fc
  .array(readings, { maxLength: 4 })
  .map((looks) =>
    looks.reduce<TenantRecord>(
      (record, seen, hour) => look(record, seen, new Date(START + hour * HOUR)).record,
      aTenantRecord(),
    ),
  );
const soon = new Date(START + 5 * HOUR);
const anyTime = fc.integer({ min: 5, max: 24 * 30 }).map((hours) => new Date(START + hours * HOUR));

function look(before: TenantRecord, seen: readonly Reading[], at: Date) {
  return assess(before, { at, causeId: 'event-1', readings: seen }, rules);
}

const facts = ({ phase, scopes, openGaps, version }: TenantRecord) => ({ phase, scopes, openGaps, version });

describe('an assessment', () => {
  it('made twice of the same readings gives no second change', () => {
    fc.assert(
      fc.property(records, readings, anyTime, (before, seen, at) => {
        const once = look(before, seen, at);

        const twice = look(once.record, seen, at);

        expect(twice.change).toBeNull();
        expect(twice.closedGaps).toEqual([]);
        expect(facts(twice.record)).toEqual(facts(once.record));
      }),
      RUNS,
    );
  });

  it('comes to the same in whatever order the readings came', () => {
    const inTwoOrders = readings.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );

    fc.assert(
      fc.property(records, inTwoOrders, anyTime, (before, [one, other], at) => {
        expect(look(before, other, at)).toEqual(look(before, one, at));
      }),
      RUNS,
    );
  });

  it('made again finds no change, in whatever order the ledger gives scopes and gaps back', () => {
    fc.assert(
      fc.property(records, readings, anyTime, (before, seen, at) => {
        const { record } = look(before, seen, at);
        const turned = {
          ...record,
          scopes: record.scopes.toReversed(),
          openGaps: record.openGaps.toReversed(),
        };

        expect(look(turned, seen, at).change).toBeNull();
      }),
      RUNS,
    );
  });

  it('of nothing that could be read changes no state, no gap and no scope', () => {
    fc.assert(
      fc.property(records, (before) => {
        const blind = look(
          before,
          SUBSCRIPTIONS.map((n) => anUnreadable(n)),
          soon,
        );

        expect(blind.change).toBeNull();
        expect(blind.complete).toBe(false);
        expect({ ...facts(blind.record), lastGood: blind.record.lastGood }).toEqual({
          ...facts(before),
          lastGood: before.lastGood,
        });
      }),
      RUNS,
    );
  });

  it('has a version that rises exactly when there is a change to tell', () => {
    fc.assert(
      fc.property(records, readings, anyTime, (before, seen, at) => {
        const { record, change } = look(before, seen, at);

        expect(record.version).toBe(before.version + (change ? 1 : 0));
        expect(change?.version ?? record.version).toBe(record.version);
      }),
      RUNS,
    );
  });

  it('has at most one open gap a scope, and none for a scope that earns', () => {
    fc.assert(
      fc.property(records, readings, anyTime, (before, seen, at) => {
        const { record } = look(before, seen, at);
        const open = record.openGaps.map(({ scope }) => scope);
        const earning = record.scopes
          .filter(({ verdict }) => verdict === 'earning')
          .map(({ scope }) => scope);

        expect(new Set(open).size).toBe(open.length);
        expect(earning.filter((scope) => open.includes(scope))).toEqual([]);
      }),
      RUNS,
    );
  });
});
