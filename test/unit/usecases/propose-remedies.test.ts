import { describe, expect, it } from 'vitest';
import { makeRoleTable } from '../../../src/lib/domain/role-table.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { everything, type WatchRules } from '../../../src/lib/domain/watch.ts';
import { makeProposeRemedies } from '../../../src/lib/usecases/propose-remedies.ts';
import { makeFakeEstate } from '../../fakes/estate.ts';
import { makeFakeTenantLedger } from '../../fakes/tenant-ledger.ts';
import { aClock } from '../../support/clock.ts';
import {
  aDelegation,
  aGrant,
  aPrincipal,
  ids,
  roles,
  someFacts,
  subscription,
  subscriptionId,
} from '../../support/delegations.ts';
import {
  aCoveredTenant,
  aDpor,
  anAttestation,
  aRegistration,
  aScopeRecord,
  aSelection,
  aTenantRecord,
} from '../../support/tenants.ts';

const reader = (n: number) => aScopeRecord(n, { verdict: 'role-not-eligible' });

function aDesk(record: TenantRecord | null, watchRules: WatchRules = everything) {
  const ledger = makeFakeTenantLedger();
  if (record) ledger.hold(record);
  const azure = makeFakeEstate();
  const propose = makeProposeRemedies({
    ledger,
    estate: azure.estate,
    roles: makeRoleTable(),
    principals: [aPrincipal()],
    principalRules: [],
    watchRules,
    managingTenantId: ids.managingTenant,
    observer: { objectId: null },
    delegation: { offerName: 'Fabrikam managed service', engineersGroupObjectId: ids.group },
    clock: aClock(),
  });
  return { azure, ask: (scope: string | null = null) => propose({ tenantId: ids.customer, scope }) };
}

describe('proposing remedies', () => {
  it('starts from what is delegated now, not from what is on record', async () => {
    const { azure, ask } = aDesk(aCoveredTenant([reader(1), aScopeRecord(2)]));
    const live = [aGrant(roles.reader), aGrant(roles.contributor, ids.stranger)];
    azure.put({ facts: someFacts(1), delegations: [aDelegation({ authorizations: live })] });

    expect(await ask()).toMatchObject({
      kind: 'proposed',
      people: [],
      scopes: [
        {
          scope: subscription(1).id,
          verdict: 'role-not-eligible',
          remedy: { kind: 'redeploy', diff: { kept: live, added: [{ principalId: ids.pal }], removed: [] } },
        },
      ],
      leftOut: 0,
    });
  });

  it('proposes nothing for a tenant the settings exclude, and reads nothing there', async () => {
    const exclude = aSelection({ tenants: [ids.customer] });
    const { azure, ask } = aDesk(aCoveredTenant([reader(1)]), { include: null, exclude });

    expect(await ask()).toMatchObject({ kind: 'refused', reason: 'excluded' });
    expect(azure.directReads).toEqual([]);
  });

  it('leaves out the scopes the settings exclude', async () => {
    const exclude = aSelection({ subscriptions: [subscriptionId(1)] });
    const { azure, ask } = aDesk(aCoveredTenant([reader(1), reader(2)]), { include: null, exclude });

    expect(await ask()).toMatchObject({ scopes: [{ scope: subscription(2).id }], leftOut: 0 });
    expect(await ask(subscription(1).id)).toMatchObject({ kind: 'refused', reason: 'invalid' });
    expect(azure.directReads).toEqual([subscription(2).id]);
  });

  it('proposes nothing to deploy where nothing could be read', async () => {
    const { azure, ask } = aDesk(aCoveredTenant([reader(1), reader(2)]));
    azure.put({ facts: someFacts(1), delegations: [aDelegation()] });
    azure.forbid(subscriptionId(1), 403);
    azure.fail(subscription(2).id, new Failure('throttled', 'Azure asks to wait.'));

    expect(await ask()).toMatchObject({
      scopes: [{ remedy: { kind: 'unreadable' } }, { remedy: { kind: 'unreadable' } }],
    });
  });

  it('proposes a first delegation for a scope that has gone', async () => {
    const { ask } = aDesk(aCoveredTenant([aScopeRecord(1, { verdict: 'gone' }), aScopeRecord(2)]));

    expect(await ask()).toMatchObject({ scopes: [{ verdict: 'gone', remedy: { kind: 'delegate' } }] });
  });

  it.each(['awaiting', 'not-delegated'] as const)(
    'hands out the ready template where nothing is delegated yet and no subscription is known (%s)',
    async (phase) => {
      const { ask } = aDesk(aTenantRecord({ phase }));

      expect(await ask()).toMatchObject({
        scopes: [],
        firstSteps: [
          {
            kind: 'delegate',
            template: {
              parameters: {
                managingTenantId: { defaultValue: ids.managingTenant },
                offerName: { defaultValue: 'Fabrikam managed service' },
                linkerObjectId: { defaultValue: ids.pal },
                engineersGroupObjectId: { defaultValue: ids.group },
              },
            },
          },
        ],
      });
    },
  );

  it('begins with the subscriptions that are expected, as far as they are watched', async () => {
    const registration = aRegistration({
      facts: { subscriptionIds: [subscriptionId(1), subscriptionId(2)] },
    });
    const exclude = aSelection({ subscriptions: [subscriptionId(1)] });
    const { azure, ask } = aDesk(aTenantRecord({ registration, phase: 'awaiting' }), {
      include: null,
      exclude,
    });
    azure.forbid(subscriptionId(2), 403);

    expect(await ask()).toMatchObject({
      firstSteps: [],
      scopes: [{ scope: subscription(2).id, remedy: { kind: 'delegate' } }],
    });
    expect(await ask(subscription(2).id)).toMatchObject({ scopes: [{ remedy: { kind: 'delegate' } }] });
  });

  it('does not take a tenant that could not be read for one that delegates nothing', async () => {
    const registration = aRegistration({ facts: { subscriptionIds: [subscriptionId(1)] } });

    const failure = {
      kind: 'denied',
      message: 'ARM refused.',
      at: '2026-03-09T12:00:00.000Z',
      requestId: null,
    } as const;

    expect(await aDesk(aTenantRecord({ registration, failure, phase: 'unobserved' })).ask()).toMatchObject({
      firstSteps: [{ kind: 'unreadable', text: expect.stringContaining('ARM refused.') as string }],
      scopes: [],
    });
  });

  it('begins with each way of access that a pass can look at', async () => {
    const registration = aRegistration({
      facts: { accessKinds: ['guest-user', 'service-principal', 'lighthouse'] },
    });
    const pinned = { principal: 'pal-link', objectId: ids.palInTenant };
    const { ask } = aDesk(aTenantRecord({ registration, pinned, phase: 'not-delegated' }));

    expect(await ask()).toMatchObject({ firstSteps: [{ kind: 'delegate' }, { kind: 'assign-role' }] });
  });

  it('proposes a role where our service principal lives in the tenant', async () => {
    const registration = aRegistration({ facts: { accessKinds: ['service-principal'] } });
    const pinned = { principal: 'pal-link', objectId: ids.palInTenant };
    const covered = [{ ...reader(1), coveredBy: ['service-principal' as const] }];
    const { ask } = aDesk(aCoveredTenant(covered, { registration, pinned }));

    const proposed = await ask();

    expect(proposed).toMatchObject({ scopes: [{ remedy: { kind: 'assign-role' } }] });
    expect(JSON.stringify(proposed)).toContain(`--assignee-object-id ${ids.palInTenant}`);
  });

  it('answers for one scope when asked for one, and for ten at most otherwise', async () => {
    const { ask } = aDesk(aCoveredTenant(Array.from({ length: 12 }, (_, n) => reader(n + 1))));

    expect(await ask()).toMatchObject({ leftOut: 2 });
    expect(await ask(subscription(12).id.toUpperCase())).toMatchObject({
      scopes: [{ scope: subscription(12).id }],
      leftOut: 0,
    });
    expect(await ask('/subscriptions/x')).toMatchObject({ kind: 'refused', faults: [{ field: 'scope' }] });
  });

  it('tells people what only they can do, until somebody attests that it is done', async () => {
    const registration = aRegistration({ facts: { accessKinds: ['guest-user', 'directory-account'] } });

    const before = await aDesk(aTenantRecord({ registration })).ask();
    const after = await aDesk(aTenantRecord({ registration, attestations: [anAttestation()] })).ask();

    expect(before.kind === 'proposed' && before.people).toHaveLength(2);
    expect(after).toMatchObject({ people: [] });
  });

  it('lists every subscription that can have a partner of record, with what the customer has to do', async () => {
    const registration = aRegistration({ facts: { agreement: 'ea', subscriptionIds: [subscriptionId(3)] } });
    const record = aCoveredTenant([aScopeRecord(1), aScopeRecord(2)], { registration, dpor: [aDpor(1)] });

    const proposed = await aDesk(record).ask();

    expect(
      proposed.kind === 'proposed' &&
        proposed.partnersOfRecord.map((one) => [one.subscriptionId, one.status, one.instructions !== null]),
    ).toEqual([
      [subscriptionId(1), 'confirmed', false],
      [subscriptionId(2), 'not-asked', true],
      [subscriptionId(3), 'not-asked', true],
    ]);
  });

  it.each([
    ['nobody knows', null, 'unknown-tenant'],
    [
      'is no longer ours',
      aTenantRecord({ registration: aRegistration({ offboardedAt: '2026-03-09T00:00:00.000Z' }) }),
      'offboarded',
    ],
    [
      'asks for an unknown principal',
      aTenantRecord({ registration: aRegistration({ facts: { principal: 'x' } }) }),
      'invalid',
    ],
  ])('refuses a tenant that %s', async (_, record, reason) => {
    expect(await aDesk(record).ask()).toMatchObject({ kind: 'refused', reason });
  });
});
