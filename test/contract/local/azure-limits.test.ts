/** Quotas, faults, latency, the timeline, and what survives a restart. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../../local/control.ts';
import {
  aCustomer,
  aDelegation,
  anEstate,
  connectAzure,
  contributor,
  managingTenantId,
  palLinkId,
  startTestAzure,
  subscriptionId,
  tenantId,
  type AzureFacts,
  type TestAzure,
} from '../../support/azure.ts';

const link = '/providers/Microsoft.ManagementPartner/partners';
const version = 'api-version=2018-02-01';
const noon = Date.parse('2026-03-01T12:00:00Z');

const readLink = (azure: Pick<TestAzure, 'send'>, token: string) =>
  azure.send('GET', `${link}?${version}`, { token });
const statuses = async (count: number, send: () => Promise<{ readonly status: number }>) => {
  const list = [];
  for (let n = 0; n < count; n += 1) list.push((await send()).status);
  return list;
};

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'azure-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

describe('quotas', () => {
  it('refuse reads beyond the bucket until it has refilled', async () => {
    const clock = { now: noon };
    const quota = { readBucket: 2, readsPerSecond: 0.5 };
    const azure = await startTestAzure(anEstate({ rules: { quota } }), { now: () => clock.now });
    const token = await azure.token();

    const first = await readLink(azure, token);
    const [second, third] = [await readLink(azure, token), await readLink(azure, token)];
    clock.now += 2_001;
    const later = await readLink(azure, token);

    expect(first.headers['x-ms-ratelimit-remaining-tenant-reads']).toBe('1');
    expect(second.headers['x-ms-ratelimit-remaining-tenant-reads']).toBe('0');
    expect(third).toMatchObject({
      status: 429,
      headers: { 'retry-after': '2' },
      json: { error: { code: 'TenantRequestsThrottled' } },
    });
    expect(later.status).toBe(404);
    expect(azure.report()).toMatchObject({ throttled: 1, beforeRetryAfter: 0 });
    expect(azure.report().calls[`GET ${link}`]).toBe(4);
  });

  it('are separate for reads and writes, for identities, and for subscriptions', async () => {
    const customers = [1, 2].map((n) => aCustomer(n, aDelegation()));
    const quota = { readBucket: 1, readsPerSecond: 0.001, writeBucket: 1, writesPerSecond: 0.001 };
    const azure = await startTestAzure(anEstate({ customers, rules: { quota } }));
    const [ours, observers] = [await azure.token(), await azure.observerToken()];
    const read = (n: number, token = ours) =>
      azure.send('GET', `/subscriptions/${subscriptionId(n)}?api-version=2022-12-01`, { token });
    const put = () => azure.send('PUT', `${link}/4681234?${version}`, { token: ours });

    expect(await statuses(2, () => read(1))).toEqual([200, 429]);
    expect(await statuses(2, () => read(2))).toEqual([200, 429]);
    expect(await statuses(2, () => read(1, observers))).toEqual([200, 429]);
    expect(await statuses(2, put)).toEqual([200, 429]);
    expect((await read(1)).at('error.code')).toBe('SubscriptionRequestsThrottled');
  });

  it('let Resource Graph answer 15 queries in five seconds, and say how many are left', async () => {
    const clock = { now: noon };
    const azure = await startTestAzure(anEstate(), { now: () => clock.now });
    const token = await azure.observerToken();
    const query = () =>
      azure.send('POST', '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01', {
        token,
        body: JSON.stringify({ query: 'resourcecontainers' }),
      });

    const first = await query();
    const following = await statuses(14, query);
    const refused = await query();
    clock.now += 5_001;
    const later = await query();

    expect(first.headers).toMatchObject({
      'x-ms-user-quota-remaining': '14',
      'x-ms-user-quota-resets-after': '00:00:05',
    });
    expect(new Set(following)).toEqual(new Set([200]));
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '5', 'x-ms-user-quota-remaining': '0' },
      json: { error: { code: 'RateLimiting', details: [{ code: 'RateLimiting' }] } },
    });
    expect(later.status).toBe(200);
  });

  it('count whoever comes back before Retry-After has passed', async () => {
    const clock = { now: noon };
    const quota = { readBucket: 1, readsPerSecond: 1 };
    const azure = await startTestAzure(anEstate({ rules: { quota } }), { now: () => clock.now });
    const token = await azure.token();

    const seen = await statuses(3, () => readLink(azure, token));
    clock.now += 1_500;
    const afterwards = await readLink(azure, token);

    expect(seen).toEqual([404, 429, 429]);
    expect(afterwards.status).toBe(404);
    expect(azure.report()).toMatchObject({ throttled: 2, beforeRetryAfter: 1 });
  });

  it('can be switched off', async () => {
    const azure = await startTestAzure(anEstate({ rules: { quota: null } }));
    const token = await azure.token();

    const seen = await Promise.all(Array.from({ length: 300 }, () => readLink(azure, token)));

    expect(new Set(seen.map((one) => one.status))).toEqual(new Set([404]));
  });
});

describe('faults', () => {
  it('strike the calls they match, after their skip and as often as they say', async () => {
    const faults = [
      {
        method: 'GET',
        path: 'managementpartner/partners\\?',
        skip: 1,
        times: 2,
        status: 503,
        headers: { 'Retry-After': '7' },
        body: { error: { code: 'Mine', message: 'made up' } },
      },
    ];
    const azure = await startTestAzure(anEstate({ faults }));
    const token = await azure.token();

    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push(await readLink(azure, token));

    expect(answers.map((one) => one.status)).toEqual([404, 503, 503, 404]);
    expect(answers[1]).toMatchObject({
      headers: { 'retry-after': '7' },
      json: { error: { code: 'Mine', message: 'made up' } },
    });
    expect(azure.report().calls[`GET ${link}`]).toBe(4);
  });

  it('with 429 count as throttling, and early returns with them', async () => {
    const faults = [{ path: 'partners', status: 429, headers: { 'Retry-After': 1 } }];
    const azure = await startTestAzure(anEstate({ faults }));
    const token = await azure.token();

    const seen = await statuses(2, () => readLink(azure, token));
    await sleep(1_010);
    const afterwards = await readLink(azure, token);

    expect([...seen, afterwards.status]).toEqual([429, 404, 404]);
    expect(azure.report()).toMatchObject({ throttled: 1, beforeRetryAfter: 1 });
  });

  it('let the first one that is able to strike do it', async () => {
    const faults = [
      { path: 'partners', status: 500 },
      { path: 'partners', status: 502, times: null },
    ];
    const azure = await startTestAzure(anEstate({ faults }));
    const token = await azure.token();

    expect(await statuses(4, () => readLink(azure, token))).toEqual([500, 502, 502, 502]);
  });

  it('can hang, tear the connection, or send half an answer', async () => {
    const faults = [
      { path: 'partners', kind: 'hang' as const },
      { path: 'partners', kind: 'reset' as const },
      { path: 'partners', kind: 'malformed' as const },
    ];
    const azure = await startTestAzure(anEstate({ faults }));
    const token = await azure.token();

    await expect(azure.send('GET', `${link}?${version}`, { token, timeoutMs: 200 })).rejects.toThrow(
      'no answer in time',
    );
    await expect(readLink(azure, token)).rejects.toThrow(/hang up|ECONNRESET/);
    expect(await readLink(azure, token)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      json: undefined,
    });
    expect(azure.report().calls[`GET ${link}`]).toBe(3);
  });

  it('strike the calls of one tenant alone where they name it', async () => {
    const faults = (named: string) => [{ path: 'partners', tenantId: named, status: 500, times: null }];
    const ours = await startTestAzure(anEstate({ faults: faults(managingTenantId) }));
    const others = await startTestAzure(anEstate({ faults: faults(tenantId(1)) }));

    expect((await readLink(ours, await ours.token())).status).toBe(500);
    expect((await readLink(others, await others.token())).status).toBe(404);
    // Without a token a call is nobody's.
    expect((await ours.send('GET', `${link}?${version}`, {})).status).toBe(401);
  });

  it('reach Entra too', async () => {
    const body = { error: 'invalid_grant', error_codes: [65001] };
    const azure = await startTestAzure(
      anEstate({ faults: [{ path: `/${tenantId(1)}/oauth2`, status: 400, body, times: null }] }),
    );

    const answer = await azure.send('POST', `/${tenantId(1)}/oauth2/v2.0/token`, { body: 'grant_type=x' });

    expect(answer).toMatchObject({ status: 400, json: body });
    expect(azure.report()).toMatchObject({
      calls: {},
      entra: { calls: { 'POST /{tenantId}/oauth2/v2.0/token': 1 } },
    });
  });
});

describe('the estate in time', () => {
  it('answers as late as it says', async () => {
    const azure = await startTestAzure(anEstate({ latencyMs: { read: 150 } }));
    const token = await azure.token();
    const started = performance.now();

    await readLink(azure, token);

    expect(performance.now() - started).toBeGreaterThanOrEqual(145);
  });

  it('changes by its timeline, once that is started', async () => {
    const changed = {
      customers: [
        { tenantId: tenantId(1).toUpperCase(), displayName: 'Renamed' },
        {
          tenantId: tenantId(2),
          subscriptions: [{ subscriptionId: subscriptionId(2), delegations: [aDelegation()] }],
        },
      ],
      rules: { afterRemoval: '404' },
    };
    const removed = { customers: { [tenantId(1)]: { subscriptions: { [subscriptionId(1)]: null } } } };
    const azure = await startTestAzure(
      anEstate({
        customers: [aCustomer(1, aDelegation())],
        timeline: [
          { afterMs: 1, patch: changed },
          { afterMs: 150, patch: removed },
        ],
      }),
    );
    const token = await azure.observerToken();
    const ids = async () =>
      (
        (await azure.send('GET', '/subscriptions?api-version=2022-12-01', { token })).at('value') as {
          subscriptionId: string;
        }[]
      ).map((one) => one.subscriptionId);

    const before = await ids();
    azure.startTimeline();
    await sleep(75);
    const between = await ids();
    await sleep(150);
    const after = await ids();

    expect(before).toEqual([subscriptionId(1)]);
    expect(between).toEqual([subscriptionId(1), subscriptionId(2)]);
    expect(after).toEqual([subscriptionId(2)]);
    const gone = await azure.send('GET', `/subscriptions/${subscriptionId(1)}?api-version=2022-12-01`, {
      token,
    });
    expect(gone.status).toBe(404);
  });

  it('sees a link that its timeline changes as a write by somebody else', async () => {
    const patch = { principals: { 'pal-link': { link: { partnerId: '4600001' } } } };
    const azure = await startTestAzure(anEstate({ timeline: [{ afterMs: 0, patch }] }));
    const token = await azure.token();
    await azure.send('PUT', `${link}/4681234?${version}`, { token });

    azure.startTimeline();
    await sleep(50);

    expect((await readLink(azure, token)).json).toMatchObject({ name: '4600001', etag: 2 });
  });

  it('refuses a timeline that would break it, before it starts', async () => {
    const patch = { customers: [{ tenantId: tenantId(1), colour: 'red' }] };

    await expect(startTestAzure(anEstate({ timeline: [{ afterMs: 0, patch }] }))).rejects.toThrow(
      /timeline\[0\] is not a valid estate file:\n {2}customers\[0\]\.colour: unknown field/,
    );
  });
});

describe('the process', () => {
  const script = new URL('../../../local/azure/main.ts', import.meta.url).pathname;
  const env = { PATH: process.env['PATH'] ?? '' };

  it('loses no link and no count when it is killed', async () => {
    const directory = aDirectory();
    const file = join(directory, 'estate.json');
    const estate = anEstate();
    estate.principals[0]!.secret = 'known to both';
    writeFileSync(file, JSON.stringify(estate));
    const args = ['--estate', file, '--data', join(directory, 'data')];
    const child = await startChild({ name: 'azure', script, args, env, onLine: () => undefined });
    const facts = child.facts as unknown as AzureFacts;
    const client = connectAzure(facts);
    const token = await client.token();
    await client.send('PUT', `${link}/4681234?${version}`, { token });
    process.kill(child.pid, 'SIGKILL');
    await child.ended;

    const azure = await startTestAzure(estate, { dataDir: join(directory, 'data') });

    expect(azure.caFile).toBe(facts.caFile);
    expect(azure.report().calls).toEqual({ [`PUT ${link}/{partnerId}`]: 1 });
    expect((await readLink(azure, await azure.token())).json).toMatchObject({
      name: '4681234',
      etag: 1,
      properties: { objectId: palLinkId },
    });
  });

  it('answers its parent about what was called, and plays a step of the timeline when told', async () => {
    const directory = aDirectory();
    const file = join(directory, 'estate.json');
    const patch = { principals: { 'pal-link': { link: { partnerId: '4600001' } } } };
    const timeline = [{ events: [{ tenantId: tenantId(1) }] }, { patch }];
    writeFileSync(file, JSON.stringify(anEstate({ timeline })));
    const args = ['--estate', file, '--data', join(directory, 'data')];
    const child = await startChild({ name: 'azure', script, args, env, onLine: () => undefined });
    onTestFinished(() => child.stop());

    expect(child.facts).toMatchObject({
      url: expect.stringMatching(/^https:\/\/localhost:\d+$/) as string,
      identityEndpoint: { url: expect.any(String) as string, header: expect.any(String) as string },
      principals: [{ name: 'pal-link', objectId: palLinkId, secret: expect.any(String) as string }],
      observer: { clientId: expect.any(String) as string },
    });
    expect(await child.ask('report')).toEqual({
      calls: {},
      throttled: 0,
      beforeRetryAfter: 0,
      entra: { calls: {}, throttled: 0, beforeRetryAfter: 0 },
    });
    const client = connectAzure(child.facts as unknown as AzureFacts);
    const token = await client.token();
    const linked = async () => (await readLink(client, token)).status;
    const before = await linked();
    expect(await child.ask('apply-step', 0)).toBeNull();
    expect(await child.ask('apply-step', 1)).toBeNull();
    expect([before, await linked()]).toEqual([404, 200]);
  });

  it.each([
    ['a bad estate', { ...anEstate(), colour: 'red' }, [], 'colour: unknown field'],
    ['no estate', undefined, [], 'there is no such file'],
    ['a port that is no number', anEstate(), ['--port', 'x'], '--port has to be a number'],
  ])('says what is wrong with %s', async (_what, estate, more, message) => {
    const directory = aDirectory();
    const file = join(directory, 'estate.json');
    if (estate) writeFileSync(file, JSON.stringify(estate));
    const args = ['--estate', file, '--data', join(directory, 'data'), ...more];

    await expect(startChild({ name: 'azure', script, args, env, onLine: () => undefined })).rejects.toThrow(
      message,
    );
  });

  it('says that its port is taken', async () => {
    const directory = aDirectory();
    const file = join(directory, 'estate.json');
    writeFileSync(file, JSON.stringify(anEstate()));
    const azure = await startTestAzure(anEstate());
    const args = ['--estate', file, '--data', join(directory, 'data'), '--port', new URL(azure.url).port];

    await expect(startChild({ name: 'azure', script, args, env, onLine: () => undefined })).rejects.toThrow(
      'is in use by another program: choose another with --port',
    );
  });

  it('keeps roles and authorizations as the estate writes them', async () => {
    const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${contributor.toUpperCase()}`;
    const authorizations = [{ principalId: palLinkId.toUpperCase(), roleDefinitionId }];
    const azure = await startTestAzure(
      anEstate({ customers: [aCustomer(1, aDelegation({ authorizations }))] }),
    );
    const path = `/subscriptions/${subscriptionId(1)}/providers/Microsoft.ManagedServices/registrationDefinitions`;

    const answer = await azure.send('GET', `${path}?api-version=2022-10-01`, { token: await azure.token() });

    expect(answer.at('value.0.properties.authorizations')).toEqual(authorizations);
  });
});
