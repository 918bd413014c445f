/** What Azure is to the use cases, held once against the fakes and once against the real adapters on the simulator. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenCredential } from '@azure/core-auth';
import { describe, expect, it } from 'vitest';
import { makeArmClient } from '../../src/lib/adapters/arm/arm-client.ts';
import { makeBucketGate } from '../../src/lib/adapters/arm/bucket-gate.ts';
import { makeEstateIndex } from '../../src/lib/adapters/arm/estate-index.ts';
import { makeEstate } from '../../src/lib/adapters/arm/estate.ts';
import { makePartnerLinks } from '../../src/lib/adapters/arm/partner-links.ts';
import { homeIdentity } from '../../src/lib/domain/link.ts';
import type { Estate, EstateIndex, PartnerLinks } from '../../src/lib/domain/ports.ts';
import { resourceGroupScope, subscriptionScope } from '../../src/lib/domain/scope.ts';
import { makeFakeEstate } from '../fakes/estate.ts';
import { makeFakePartnerLinks } from '../fakes/partner-links.ts';
import { makeFakeThrottleBoard } from '../fakes/throttle-board.ts';
import {
  aCustomer,
  aDelegation as aDelegationInEstate,
  anEstate,
  managingTenantId,
  observerId,
  palLinkAppId,
  palLinkId,
  startTestAzure,
  subscriptionId,
  tenantId,
} from '../support/azure.ts';
import { aDelegation, aPrincipal, someFacts } from '../support/delegations.ts';

const principal = aPrincipal({
  homeTenantId: managingTenantId,
  objectId: palLinkId,
  applicationId: palLinkAppId,
  wantedPartnerId: '4681234',
});
const identity = homeIdentity(principal);
/** The authorities Node trusts; beside them only the newest simulator’s, because all of those have one name. */
const wellKnown = getCACertificates('default');
const clock = () => new Date();
const pause = (ms: number) => sleep(ms);

interface Ports {
  readonly links: PartnerLinks;
  readonly estate: Estate;
  readonly index: EstateIndex;
}

/**
 * Customer 1 has one whole subscription, customer 2 a resource group alone, customer 3 nothing. A query of the index
 * looks through `limit` subscriptions at most.
 */
async function onTheSimulator(limit = 10_000): Promise<Ports> {
  const azure = await startTestAzure(
    anEstate({
      rules: { graphSubscriptionLimit: limit },
      partnerIds: [
        { id: '4681234', name: 'Fabrikam Oslo' },
        { id: '4685678', name: 'Fabrikam Bergen' },
      ],
      customers: [
        aCustomer(1, aDelegationInEstate()),
        aCustomer(2, aDelegationInEstate({ resourceGroup: 'web' })),
        aCustomer(3),
      ],
    }),
  );
  setDefaultCACertificates([...wellKnown, readFileSync(azure.caFile, 'utf8')]);
  const bearer = (token: () => Promise<string>): TokenCredential => ({
    getToken: async () => ({ token: await token(), expiresOnTimestamp: Date.now() + 600_000 }),
  });
  const gate = makeBucketGate(makeFakeThrottleBoard(), () => true, clock, pause);
  const common = { endpoint: azure.url, timeoutMs: 5_000, clock };
  const armAs = makeArmClient({ ...common, newId: randomUUID, onThrottled: () => undefined });
  const arm = armAs(bearer(() => azure.observerToken()));
  const reads = { arm, gate, observer: observerId, managingTenantId };
  return {
    links: makePartnerLinks({ ...common, gate, credentialOf: () => bearer(() => azure.token()) }),
    estate: makeEstate(reads),
    index: makeEstateIndex({ ...reads, clock, sleep: pause }),
  };
}

function inMemory(): Promise<Ports> {
  const links = makeFakePartnerLinks();
  links.invalid.add('9999999');
  const azure = makeFakeEstate(404);
  const facts = (n: number) =>
    someFacts(n, {
      subscriptionId: subscriptionId(n),
      tenantId: tenantId(n),
      managedByTenantIds: [managingTenantId],
    });
  const whole = aDelegation({ scope: subscriptionScope(subscriptionId(1)) });
  const group = aDelegation({ scope: resourceGroupScope(subscriptionId(2), 'web') });
  azure.put({ facts: facts(1), delegations: [whole] });
  azure.put({ facts: facts(2), delegations: [group] });
  return Promise.resolve({ links, estate: azure.estate, index: azure.index });
}

const kinds = [
  ['in memory', inMemory],
  ['on the simulator', () => onTheSimulator()],
] as const;
/** The index must not show that it had to be asked in batches. */
const indexKinds = [...kinds, ['on the simulator, above its limit', () => onTheSimulator(1)]] as const;

describe.each(kinds)('partner links %s', (_where, make) => {
  it('are none until one is made, and then show whose they are', async () => {
    const { links } = await make();

    expect(await links.read(identity)).toBeNull();
    expect(await links.create(identity, '4681234')).toBe('written');

    expect(await links.read(identity)).toMatchObject({
      partnerId: '4681234',
      tenantId: managingTenantId,
      objectId: palLinkId,
      state: 'Active',
    });
  });

  it('change to another partner in one step', async () => {
    const { links } = await make();
    await links.create(identity, '4685678');

    expect(await links.replace(identity, '4681234')).toBe('written');

    expect(await links.read(identity)).toMatchObject({ partnerId: '4681234' });
  });

  it('are none again when removed, and that there is none to remove is no trouble', async () => {
    const { links } = await make();
    await links.create(identity, '4681234');

    expect(await links.remove(identity, '4681234')).toBe('written');
    expect(await links.remove(identity, '4681234')).toBe('written');

    expect(await links.read(identity)).toBeNull();
  });

  it('stay when another partner’s link is to be removed', async () => {
    const { links } = await make();
    await links.create(identity, '4681234');

    await links.remove(identity, '4685678');

    expect(await links.read(identity)).toMatchObject({ partnerId: '4681234' });
  });

  it('answer that a partner ID is not known, and stay as they were', async () => {
    const { links } = await make();

    expect(await links.create(identity, '9999999')).toBe('partner-id-invalid');

    expect(await links.read(identity)).toBeNull();
  });
});

describe.each(kinds)('the estate %s', (_where, make) => {
  it('shows the delegations of a subscription that is delegated', async () => {
    const { estate } = await make();

    const read = await estate.delegations(subscriptionScope(subscriptionId(1)));

    expect(read).toMatchObject({ kind: 'ok', value: [{ managedByTenantId: managingTenantId }] });
  });

  it('shows a resource group that is delegated alone, but not its subscription', async () => {
    const { estate } = await make();

    const group = await estate.delegations(resourceGroupScope(subscriptionId(2), 'web'));
    const whole = await estate.delegations(subscriptionScope(subscriptionId(2)));

    expect(group).toMatchObject({ kind: 'ok', value: [{ scope: { resourceGroup: 'web' } }] });
    expect(whole.kind).toBe('no-access');
  });

  it('gives no access to what is not delegated', async () => {
    const { estate } = await make();

    expect((await estate.delegations(subscriptionScope(subscriptionId(3)))).kind).toBe('no-access');
    expect((await estate.subscription(subscriptionId(3))).kind).toBe('no-access');
  });

  it('lists every subscription that is seen, and who manages it', async () => {
    const { estate } = await make();

    const seen = await estate.subscriptions();

    expect([...seen.keys()].sort()).toEqual([subscriptionId(1), subscriptionId(2)]);
    expect(seen.get(subscriptionId(1))?.managedByTenantIds).toEqual([managingTenantId]);
  });
});

describe.each(indexKinds)('the index %s', (_where, make) => {
  it('finds the subscriptions of a tenant with what is delegated on them', async () => {
    const { index } = await make();

    const [first, second, third] = await Promise.all([1, 2, 3].map((n) => index.find(tenantId(n))));

    expect(first).toMatchObject([
      { facts: { tenantId: tenantId(1) }, delegations: [{ scope: { resourceGroup: null } }] },
    ]);
    expect(second).toMatchObject([{ delegations: [{ scope: { resourceGroup: 'web' } }] }]);
    expect(third).toEqual([]);
  });

  it('goes through all tenants in the order of their ids', async () => {
    const { index } = await make();
    const seen: string[] = [];

    const calls: string[] = [];
    for await (const { tenantId: id, subscriptions } of index.tenants((call) => calls.push(call)))
      seen.push(`${id} ${subscriptions.length}`);

    expect(calls).toContain('graphQueries');
    expect(seen).toEqual([`${tenantId(1)} 1`, `${tenantId(2)} 1`]);
  });
});
