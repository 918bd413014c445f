/** What our service principal sees in a customer's tenant, held once against the fake and once against the real adapter. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeArmClient } from '../../src/lib/adapters/arm/arm-client.ts';
import { makeBucketGate } from '../../src/lib/adapters/arm/bucket-gate.ts';
import { makeTenantEstate } from '../../src/lib/adapters/arm/tenant-estate.ts';
import type { TenantEstate } from '../../src/lib/domain/ports.ts';
import { rolesHeld } from '../../src/lib/domain/role-assignment.ts';
import { resourceGroupScope, subscriptionScope } from '../../src/lib/domain/scope.ts';
import { makeFakeTenantEstate } from '../fakes/tenant-estate.ts';
import { makeFakeThrottleBoard } from '../fakes/throttle-board.ts';
import { aCustomer, anEstate, startTestAzure, subscriptionId, tenantId } from '../support/azure.ts';
import { anAssignment, aPrincipal, ids, roles, someFacts } from '../support/delegations.ts';

const identity = { tenantId: tenantId(1), objectId: ids.palInTenant, principal: aPrincipal() };
const whole = subscriptionScope(subscriptionId(1));
const inGroups = subscriptionScope(subscriptionId(2));
const unseen = subscriptionScope(subscriptionId(3));
const elsewhere = subscriptionScope(subscriptionId(4));
const web = resourceGroupScope(subscriptionId(2), 'Web');
const END = '2099-12-31T23:00:00.000Z';

/** On subscription 1 under a condition and with an end, besides Reader for good; in 2 on a group alone, just in time. */
const held = [
  anAssignment(whole.id, roles.contributor, true, { endsAt: END }),
  anAssignment(whole.id, roles.reader),
  anAssignment(web.id, roles.contributor, false, { activated: true }),
];

type Seen = Omit<TenantEstate, 'objectIdOf'>;

function inMemory(licensed: boolean): Promise<Seen> {
  const fake = makeFakeTenantEstate(ids.palInTenant);
  fake.licensed = licensed;
  for (const [n, scope] of [whole, inGroups, unseen].entries()) {
    const facts = someFacts(n + 1, { subscriptionId: scope.subscriptionId, tenantId: tenantId(1) });
    fake.put(
      facts,
      held.filter((role) => role.scope.startsWith(scope.id)),
    );
  }
  const { subscriptionId: id } = elsewhere;
  fake.put(someFacts(4, { subscriptionId: id }), []);
  fake.move(id, tenantId(2), [anAssignment(elsewhere.id)]);
  return Promise.resolve(fake);
}

async function onTheSimulator(pimLicensed: boolean): Promise<Seen> {
  const azure = await startTestAzure(
    anEstate({
      customers: [
        {
          ...aCustomer(1),
          pimLicensed,
          subscriptions: [1, 2, 3].map((n) => ({ subscriptionId: subscriptionId(n) })),
          servicePrincipal: {
            principal: 'pal-link',
            objectId: ids.palInTenant,
            roles: held.map(({ scope, roleId, conditional, activated, endsAt }) => ({
              scope,
              roleDefinitionId: roleId,
              condition: conditional ? '@Resource[x]' : null,
              assignmentType: activated ? ('Activated' as const) : ('Assigned' as const),
              endDateTime: endsAt,
            })),
          },
        },
        { ...aCustomer(2), subscriptions: [{ subscriptionId: elsewhere.subscriptionId }] },
      ],
    }),
  );
  setDefaultCACertificates([...getCACertificates('bundled'), readFileSync(azure.caFile, 'utf8')]);
  const clock = () => new Date();
  return makeTenantEstate({
    armAs: makeArmClient({
      endpoint: azure.url,
      timeoutMs: 5_000,
      clock,
      newId: randomUUID,
      onThrottled: () => undefined,
    }),
    credentialOf: ({ tenantId: tenant }) => ({
      getToken: async () => ({
        token: await azure.token({ tenant }),
        expiresOnTimestamp: Date.now() + 600_000,
      }),
    }),
    objectIdOf: () => Promise.resolve(ids.palInTenant),
    gate: makeBucketGate(
      makeFakeThrottleBoard(),
      () => true,
      clock,
      (ms) => sleep(ms),
    ),
  });
}

describe.each([
  ['in memory', inMemory],
  ['on the simulator', onTheSimulator],
])('a customer’s tenant %s', (_where, make) => {
  it('shows the subscriptions we have roles in', async () => {
    const estate = await make(true);

    const seen = await estate.subscriptions(identity);

    expect([...seen.keys()].sort()).toEqual([subscriptionId(1), subscriptionId(2)]);
    expect(seen.get(subscriptionId(1))).toMatchObject({ tenantId: tenantId(1), state: 'Enabled' });
  });

  it('lists our roles with their conditions, and each under a name of its own', async () => {
    const estate = await make(true);

    const read = await estate.roleAssignments(identity, whole);

    expect(read).toMatchObject({
      kind: 'ok',
      value: [
        { scope: whole.id, roleId: roles.contributor, conditional: true },
        { scope: whole.id, roleId: roles.reader, conditional: false },
      ],
    });
    const names = read.kind === 'ok' ? read.value.map(({ name }) => name) : [];
    expect(new Set(names).size).toBe(2);
  });

  it('tells which of them end, and which were taken just in time', async () => {
    const estate = await make(true);
    const now = new Date('2026-03-10T12:00:00.000Z');

    for (const [scope, expected] of [
      [whole, held.slice(0, 2)],
      [web, held.slice(2)],
    ] as const) {
      const listed = await estate.roleAssignments(identity, scope);
      const schedules = await estate.roleSchedules(identity, scope);
      if (listed.kind !== 'ok' || schedules.kind !== 'ok') throw new Error('It could not be read.');

      expect(rolesHeld(listed.value, schedules.value, now)).toEqual(expected);
    }
  });

  it('tells that of no role where the tenant has no licence for it', async () => {
    const estate = await make(false);

    expect(await estate.roleSchedules(identity, whole)).toEqual({ kind: 'unlicensed' });
    expect(await estate.roleAssignments(identity, whole)).toMatchObject({ kind: 'ok', value: [{}, {}] });
  });

  it('opens a group by a role on it, and not the subscription around it', async () => {
    const estate = await make(true);

    expect(await estate.resourceGroups(identity, subscriptionId(2))).toEqual({ kind: 'ok', value: [web] });
    expect(await estate.roleAssignments(identity, web)).toMatchObject({ kind: 'ok', value: [{}] });
    expect(await estate.roleAssignments(identity, inGroups)).toMatchObject({
      kind: 'no-access',
      status: 403,
    });
    expect(await estate.roleSchedules(identity, inGroups)).toMatchObject({ kind: 'no-access', status: 403 });
  });

  it('gives no access to a subscription of another tenant, and names that one', async () => {
    const estate = await make(true);

    for (const read of [
      await estate.roleAssignments(identity, elsewhere),
      await estate.roleSchedules(identity, elsewhere),
      await estate.resourceGroups(identity, elsewhere.subscriptionId),
    ]) {
      expect(read).toEqual({ kind: 'no-access', status: 401, ownerTenantId: tenantId(2) });
    }
  });

  it('gives no access where we have no role', async () => {
    const estate = await make(true);

    expect(await estate.roleAssignments(identity, unseen)).toMatchObject({ kind: 'no-access', status: 403 });
    expect(await estate.roleSchedules(identity, unseen)).toMatchObject({ kind: 'no-access', status: 403 });
    expect(await estate.resourceGroups(identity, subscriptionId(3))).toMatchObject({ kind: 'no-access' });
  });
});
