/** What must hold of sweeps over any estate. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { HOUR, MINUTE } from '../../support/clock.ts';
import { ids, roles } from '../../support/delegations.ts';
import { anOnboarding } from '../../support/stage.ts';
import {
  aSweepStage,
  customer,
  putCustomer,
  removeCustomer,
  type SweepStage,
} from '../../support/sweep-stage.ts';

/** What a customer's subscription looks like to Azure; `none` is no delegation at all. */
type Look = 'earning' | 'reader' | 'unknown-role' | 'disabled' | 'none';

const look = fc.constantFrom<Look>('earning', 'reader', 'unknown-role', 'disabled', 'none');
const CUSTOMERS = 6;
const estate = fc.array(look, { minLength: CUSTOMERS, maxLength: CUSTOMERS });
const each = Array.from({ length: CUSTOMERS }, (_, n) => n + 1);

function show(stage: SweepStage, looks: readonly Look[], indexLags = false): void {
  looks.forEach((one, index) => {
    const n = index + 1;
    if (one === 'none') removeCustomer(stage, n);
    else if (one === 'reader') putCustomer(stage, n, { role: roles.reader, indexLags });
    else if (one === 'unknown-role') putCustomer(stage, n, { role: roles.assignmentDelete, indexLags });
    else putCustomer(stage, n, { state: one === 'disabled' ? 'Disabled' : 'Enabled', indexLags });
  });
}

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
const link = (stage: SweepStage) => stage.links.held(ids.managingTenant, ids.pal);

describe('a sweep', () => {
  it('after events changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(estate, fc.constantFrom(0, 5 * MINUTE, HOUR), async (looks, later) => {
        const stage = aSweepStage();
        show(stage, looks);
        await announce(stage);
        const before = allOnRecord(stage);
        const writes = stage.partnerLinks.calls.filter((call) => call !== 'GET');
        stage.clock.pass(later);

        await stage.sweepOnce();

        expect(allOnRecord(stage)).toEqual(before);
        expect(stage.partnerLinks.calls.filter((call) => call !== 'GET')).toEqual(writes);
      }),
      { numRuns: 40 },
    );
  });

  it('twice equals once', async () => {
    await fc.assert(
      fc.asyncProperty(estate, estate, async (first, then) => {
        const stage = aSweepStage();
        show(stage, first);
        await announce(stage);
        stage.clock.pass(HOUR);
        show(stage, then);
        const once = await stage.sweepOnce();
        const after = allOnRecord(stage);
        stage.clock.pass(HOUR);

        const twice = await stage.sweepOnce();

        expect(allOnRecord(stage)).toEqual(after);
        expect(twice.states).toEqual(once.states);
      }),
      { numRuns: 40 },
    );
  });

  it('comes to the same record as events about what has changed', async () => {
    await fc.assert(
      fc.asyncProperty(estate, estate, async (first, then) => {
        const [swept, told] = [aSweepStage(), aSweepStage()];
        for (const stage of [swept, told]) {
          show(stage, first);
          await announce(stage);
          stage.clock.pass(HOUR);
          show(stage, then);
        }

        await swept.sweepOnce();
        await announce(told, '2');

        const verdicts = (stage: SweepStage) =>
          each.map((n) => {
            const { phase, scopes, openGaps, version } = stage.ledger.held(customer(n));
            return { phase, version, scopes: scopes.map(({ verdict }) => verdict), gaps: openGaps.length };
          });
        expect(verdicts(swept)).toEqual(verdicts(told));
      }),
      { numRuns: 40 },
    );
  });

  it('never changes state, gaps or links of what a page that failed would have shown', async () => {
    await fc.assert(
      fc.asyncProperty(estate, estate, fc.integer({ min: 1, max: CUSTOMERS }), async (first, then, at) => {
        const stage = aSweepStage();
        show(stage, first);
        await announce(stage);
        // Passes that look again at new tenants have had their time.
        stage.clock.pass(2 * HOUR);
        await stage.settle();
        const before = allOnRecord(stage);
        const ages = each.map((n) => stage.ledger.held(customer(n)).lastGood);
        const linked = link(stage).observed;
        show(stage, then);
        // The customer at which it fails has to be in sight, else its page fails nothing.
        putCustomer(stage, at);
        stage.azure.fail(`tenants ${customer(at)}`, new Failure('unavailable', 'Azure answered 500.'));

        const record = await stage.sweepOnce();

        expect(record.partial).toBe(true);
        expect(allOnRecord(stage).slice(at - 1)).toEqual(before.slice(at - 1));
        expect(each.map((n) => stage.ledger.held(customer(n)).lastGood).slice(at - 1)).toEqual(
          ages.slice(at - 1),
        );
        expect(link(stage).observed).toEqual(linked);
      }),
      { numRuns: 40 },
    );
  });

  it('with an index that lags never overturns what was read directly', async () => {
    const visible = fc.constantFrom<Look>('earning', 'reader', 'unknown-role');
    const some = fc.array(visible, { minLength: CUSTOMERS, maxLength: CUSTOMERS });
    await fc.assert(
      fc.asyncProperty(some, some, async (stale, real) => {
        const stage = aSweepStage();
        show(stage, stale);
        await announce(stage);
        stage.clock.pass(HOUR);
        show(stage, real, true);
        await announce(stage, '2');
        const read = allOnRecord(stage);
        stage.clock.pass(5 * MINUTE);

        await stage.sweepOnce();

        expect(allOnRecord(stage)).toEqual(read);
      }),
      { numRuns: 40 },
    );
  });
});
