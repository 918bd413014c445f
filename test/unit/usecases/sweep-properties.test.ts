/** What must hold of sweeps over any estate. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { HOUR, MINUTE } from '../../support/clock.ts';
import { anyEstate, show } from '../../support/any-estate.ts';
import { aDelegation, ids, subscription } from '../../support/delegations.ts';
import { anOnboarding } from '../../support/stage.ts';
import { aSweepStage, customer, type SweepStage } from '../../support/sweep-stage.ts';

const CUSTOMERS = 5;
const each = Array.from({ length: CUSTOMERS }, (_, n) => n + 1);
/** Two subscriptions each. */
const estate = anyEstate(new Map(each.map((n) => [customer(n), [2 * n - 1, 2 * n]])));
const numbers = each.flatMap((n) => [2 * n - 1, 2 * n]);

/** Announces every customer and lets the passes end. */
async function announce(stage: SweepStage, occasion = '1'): Promise<void> {
  for (const n of each) {
    const body = { tenantId: customer(n), tags: { occasion } };
    const messageId = `event-${occasion}-${n}`;
    await stage.registerTenant(anOnboarding(body, { messageId, enqueuedAt: stage.clock() }));
  }
  await stage.settle();
}

/** Everything that people and other systems see of a tenant, without the age of the looks. */
function onRecord(stage: SweepStage, n: number) {
  const { phase, scopes, openGaps, version } = stage.ledger.held(customer(n));
  return {
    phase,
    version,
    scopes: scopes.map(({ scope, verdict, since }) => [scope, verdict, since]),
    gaps: openGaps,
    closed: stage.ledger.closedGaps(customer(n)),
  };
}
const allOnRecord = (stage: SweepStage) => each.map((n) => onRecord(stage, n));

/** Whether so much earns that losing it all at once would be held back: then one sweep is not enough. */
const mayBeHeld = (stage: SweepStage) =>
  each.flatMap((n) => stage.ledger.held(customer(n)).scopes).filter(({ verdict }) => verdict === 'earning')
    .length > 10;
const link = (stage: SweepStage) => stage.links.held(ids.managingTenant, ids.pal);

describe('a sweep', () => {
  it('after events changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(estate, fc.constantFrom(0, 5 * MINUTE, HOUR), async (looks, later) => {
        const stage = aSweepStage();
        show(stage.azure, looks);
        await announce(stage);
        const before = allOnRecord(stage);
        const writes = stage.partnerLinks.calls.filter((call) => call !== 'GET');
        stage.clock.pass(later);

        await stage.sweepOnce();

        expect(allOnRecord(stage)).toEqual(before);
        expect(stage.partnerLinks.calls.filter((call) => call !== 'GET')).toEqual(writes);
      }),
      { numRuns: 60 },
    );
  });

  it('twice equals once', async () => {
    await fc.assert(
      fc.asyncProperty(estate, estate, async (first, then) => {
        const stage = aSweepStage();
        show(stage.azure, first);
        await announce(stage);
        fc.pre(!mayBeHeld(stage));
        stage.clock.pass(HOUR);
        show(stage.azure, then);
        const once = await stage.sweepOnce();
        const after = allOnRecord(stage);
        stage.clock.pass(HOUR);

        const twice = await stage.sweepOnce();

        expect(allOnRecord(stage)).toEqual(after);
        expect(twice.states).toEqual(once.states);
      }),
      { numRuns: 60 },
    );
  });

  it('comes to the same record as events about what has changed', async () => {
    await fc.assert(
      fc.asyncProperty(estate, estate, async (first, then) => {
        const [swept, told] = [aSweepStage(), aSweepStage()];
        for (const stage of [swept, told]) {
          show(stage.azure, first);
          await announce(stage);
          stage.clock.pass(HOUR);
          show(stage.azure, then);
        }
        fc.pre(!mayBeHeld(swept));

        await swept.sweepOnce();
        await announce(told, '2');

        const verdicts = (stage: SweepStage) =>
          each.map((n) => {
            const { phase, scopes, openGaps, version } = stage.ledger.held(customer(n));
            return { phase, version, scopes: scopes.map(({ verdict }) => verdict), gaps: openGaps.length };
          });
        expect(verdicts(swept)).toEqual(verdicts(told));
      }),
      { numRuns: 60 },
    );
  });

  it('never changes state, gaps or links of what a page that failed would have shown', async () => {
    await fc.assert(
      fc.asyncProperty(estate, estate, fc.integer({ min: 1, max: CUSTOMERS }), async (first, then, at) => {
        const stage = aSweepStage();
        show(stage.azure, first);
        await announce(stage);
        // Passes that look again at new tenants have had their time.
        stage.clock.pass(2 * HOUR);
        await stage.settle();
        const before = allOnRecord(stage);
        const ages = each.map((n) => stage.ledger.held(customer(n)).lastGood);
        const linked = link(stage).observed;
        show(stage.azure, then);
        // The customer at which it fails has to be in sight, else its page fails nothing.
        const delegations = [aDelegation({ scope: subscription(2 * at) })];
        show(stage.azure, [{ n: 2 * at, tenantId: customer(at), delegations, state: 'Enabled' }]);
        stage.azure.fail(`tenants ${customer(at)}`, new Failure('unavailable', 'Azure answered 500.'));

        const record = await stage.sweepOnce();

        expect(record.partial).toBe(true);
        expect(allOnRecord(stage).slice(at - 1)).toEqual(before.slice(at - 1));
        expect(each.map((n) => stage.ledger.held(customer(n)).lastGood).slice(at - 1)).toEqual(
          ages.slice(at - 1),
        );
        expect(link(stage).observed).toEqual(linked);
      }),
      { numRuns: 60 },
    );
  });

  it('with an index that lags never overturns what was read directly', async () => {
    const late = fc.subarray(numbers, { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(estate, estate, late, async (stale, real, lagging) => {
        const stage = aSweepStage();
        show(stage.azure, stale);
        await announce(stage);
        stage.clock.pass(HOUR);
        show(stage.azure, real, lagging);
        await announce(stage, '2');
        const read = allOnRecord(stage);
        stage.clock.pass(5 * MINUTE);

        await stage.sweepOnce();

        expect(allOnRecord(stage)).toEqual(read);
      }),
      { numRuns: 60 },
    );
  });
});
