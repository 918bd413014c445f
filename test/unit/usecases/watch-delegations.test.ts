import { describe, expect, it } from 'vitest';
import { rangeToRead, type DelegationLogEntry } from '../../../src/lib/domain/delegation-log.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { makeWatchDelegations } from '../../../src/lib/usecases/watch-delegations.ts';
import { makeFakeDelegationLog } from '../../fakes/delegation-watch.ts';
import { DAY, MINUTE } from '../../support/clock.ts';
import { ids, resourceGroup, subscription } from '../../support/delegations.ts';
import { aRequest } from '../../support/requests.ts';
import { aStage, type Stage } from '../../support/stage.ts';
import { aCoveredTenant, aScopeRecord } from '../../support/tenants.ts';

const NOON = '2026-03-10T12:00:00.000Z';

function anEntry(changes: Partial<DelegationLogEntry> = {}): DelegationLogEntry {
  return {
    action: 'register',
    at: '2026-03-10T11:50:00.000Z',
    correlationId: 'correlation-1',
    tenantId: ids.customer,
    scope: subscription(1).id,
    ...changes,
  };
}

function watching(stage: Stage, entries: readonly DelegationLogEntry[]) {
  const { watch, queues, clock, log } = stage;
  const digest = (text: string) => text.replaceAll(/[^a-z0-9]/g, '').slice(-40);
  const delegationLog = makeFakeDelegationLog(entries);
  return makeWatchDelegations({ delegationLog, watch, queues, clock, log, digest, overlapMs: 30 * MINUTE });
}

const asked = (stage: Stage) => stage.queues.requests().map(({ request: { id, cause } }) => [id, cause.kind]);

describe('the watcher of delegations', () => {
  it.each(['register', 'unregister'] as const)(
    'asks for a look at a tenant whose delegation it sees %sed',
    async (action) => {
      const stage = aStage();

      expect(await watching(stage, [anEntry({ action })])()).toBe(1);

      expect(asked(stage)).toEqual([[ids.customer, 'delegation-log']]);
      expect(await stage.watch.place()).toBe(NOON);
    },
  );

  it('asks once for all that one deployment did in a tenant', async () => {
    const stage = aStage();
    const entries = ['web', 'data', 'ops'].map((name) => anEntry({ scope: resourceGroup(1, name).id }));

    await watching(stage, entries)();

    expect(asked(stage)).toHaveLength(1);
  });

  it('asks no more for what it sees again, in the overlap of every later look', async () => {
    const stage = aStage();
    const watch = watching(stage, [anEntry()]);
    await watch();
    stage.queues.take('reconcile', stage.clock());
    stage.clock.pass(5 * MINUTE);

    expect(await watch()).toBe(0);

    expect(asked(stage)).toEqual([]);
  });

  it('finds what came to the log late', async () => {
    const stage = aStage();
    await watching(stage, [])();
    stage.clock.pass(5 * MINUTE);

    expect(await watching(stage, [anEntry({ at: '2026-03-10T11:45:00.000Z' })])()).toBe(1);
  });

  it('asks again when it broke off before the look was asked for', async () => {
    const stage = aStage();
    const watch = watching(stage, [anEntry()]);
    stage.queues.fail('send reconcile', new Failure('unavailable', 'The queue could not be written.'));
    await expect(watch()).rejects.toMatchObject({ kind: 'unavailable' });

    expect(await stage.watch.place()).toBeNull();
    expect(await watch()).toBe(1);
  });

  it('reads at most a day at once, and catches up look by look', () => {
    const now = new Date(NOON);

    expect(rangeToRead(null, 30 * MINUTE, now)).toEqual({
      from: new Date('2026-03-10T11:30:00.000Z'),
      to: now,
    });
    expect(rangeToRead('2026-03-01T00:00:00.000Z', 30 * MINUTE, now)).toEqual({
      from: new Date('2026-02-28T23:30:00.000Z'),
      to: new Date('2026-03-01T23:30:00.000Z'),
    });
  });
});

describe('a removal the log names', () => {
  /** Earning until the delegation was removed; the index knows it no more, the list of subscriptions still does. */
  function aRemovedDelegation(): Stage {
    const stage = aStage();
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));
    stage.azure.estate.subscriptions = async () =>
      Promise.resolve(
        new Map([
          [
            subscription(1).subscriptionId,
            {
              ...{ subscriptionId: subscription(1).subscriptionId, displayName: 'x', state: 'Enabled' },
              ...{ tenantId: ids.customer, quotaId: null, managedByTenantIds: [ids.managingTenant] },
            },
          ],
        ]),
      );
    return stage;
  }
  const verdict = (stage: Stage) => stage.ledger.held(ids.customer).scopes[0]?.verdict;
  const look = (stage: Stage) => stage.reconcileTenant(aRequest()).catch(() => undefined);

  it('is believed with an index that lacks it, while the list of subscriptions lags', async () => {
    const stage = aRemovedDelegation();
    await watching(stage, [anEntry({ action: 'unregister' })])();

    await look(stage);

    expect(verdict(stage)).toBe('gone');
    expect(stage.ledger.held(ids.customer).registration.offboardedAt).toBeNull();
  });

  it.each([
    ['nothing was said', []],
    [
      'it was delegated again',
      [anEntry({ action: 'unregister' }), anEntry({ at: '2026-03-10T11:55:00.000Z' })],
    ],
    ['another scope was removed', [anEntry({ action: 'unregister', scope: subscription(2).id })]],
  ])('is not believed where %s', async (_, entries) => {
    const stage = aRemovedDelegation();
    await watching(stage, entries)();

    await look(stage);

    expect(verdict(stage)).toBe('earning');
  });

  it('is not believed against a later direct read', async () => {
    const stage = aRemovedDelegation();
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1, { directAt: '2026-03-10T11:51:00.000Z' })]));
    await watching(stage, [anEntry({ action: 'unregister' })])();

    await look(stage);

    expect(verdict(stage)).toBe('earning');
    expect(stage.clock().getTime() - Date.parse(NOON)).toBeLessThan(DAY);
  });
});
