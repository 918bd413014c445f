import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHost, type Host, type HostDeps } from '../../../local/host/host.ts';
import type { LogEntry } from '../../../local/host/log.ts';
import { buildApp } from '../../fixtures/host/built-app.ts';
import { makeMemoryBus, type MemoryBus } from '../../fixtures/host/memory-bus.ts';

interface Seen {
  functionName: string;
  invocationId: string;
  body: unknown;
  bodyType: string;
  metadata?: Record<string, unknown>;
  traceContext?: { traceParent?: string; traceState?: string };
}

const settings = {
  ServiceBus: 'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=n;SharedAccessKey=k',
  TEXT_QUEUE: 'text',
  TICK_SCHEDULE: '0 0 3 * * *',
};
const id = '6f1d2f0e-1111-4222-8333-944445555666';

let app: Awaited<ReturnType<typeof buildApp>>;
let bus: MemoryBus;
let host: Host | undefined;
let entries: LogEntry[];

beforeAll(async () => {
  app = await buildApp('full-app');
});
afterAll(() => app.remove());
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

async function start(deps: Partial<HostDeps> = {}): Promise<Host> {
  bus = makeMemoryBus();
  entries = [];
  host = await startHost({
    appRoot: app.appRoot,
    port: 0,
    env: settings,
    makeClient: bus.makeClient,
    log: (entry) => entries.push(entry),
    ...deps,
  });
  return host;
}

function call(path: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://127.0.0.1:${host!.port}${path}`, init);
}

async function seenBy(functionName: string, count = 1): Promise<Seen[]> {
  let seen: Seen[] = [];
  const look = async () => {
    const all = (await (await call('/api/seen')).json()) as Seen[];
    seen = all.filter((one) => one.functionName === functionName);
    return seen;
  };
  await expect.poll(look).toHaveLength(count);
  return seen;
}

function runByHand(name: string, input = ''): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return call(`/admin/functions/${name}`, { method: 'POST', headers, body: JSON.stringify({ input }) });
}

describe('starting', () => {
  it('lists the functions that the app registered', async () => {
    const { functions } = await start();

    expect(functions).toEqual([
      'fail-once',
      'fails',
      'guarded',
      'hooked',
      'nothing',
      'own-context',
      'rest',
      'seen',
      'stream',
      'take-bytes',
      'take-dead',
      'take-slowly',
      'take-text',
      'thing',
      'things-import',
      'tick',
    ]);
  });

  it.each([
    ['faulty-start-app', 'PARTNER_ID is not a number; TABLES is missing'],
    ['early-throw-app', 'a module could not be loaded'],
    ['empty-app', 'registers no functions'],
  ])('fails with the reason when the app is %s', async (name, reason) => {
    const faulty = await buildApp(name);

    await expect(start({ appRoot: faulty.appRoot })).rejects.toThrow(reason);

    await faulty.remove();
  });

  it('names function, binding and setting when settings are missing', async () => {
    const started = start({ env: { ServiceBus: settings.ServiceBus } });

    await expect(started).rejects.toThrow(
      /function "take-text", binding "serviceBusTrigger\w+".*queueName: the app setting TEXT_QUEUE is missing/,
    );
    await expect(started).rejects.toThrow(/function "tick".*the app setting TICK_SCHEDULE is missing/);
  });

  it('says that an identity-based connection is not supported', async () => {
    const env = {
      ...settings,
      ServiceBus: '',
      ServiceBus__fullyQualifiedNamespace: 'x.servicebus.windows.net',
    };

    await expect(start({ env })).rejects.toThrow(
      'ServiceBus__fullyQualifiedNamespace asks for an identity-based connection, which is not supported by the local host',
    );
  });

  it('refuses a schedule that Azure would refuse', async () => {
    await expect(start({ env: { ...settings, TICK_SCHEDULE: '0 3 * * *' } })).rejects.toThrow(
      'no NCRONTAB expression of six fields (it has 5)',
    );
    await expect(start({ env: { ...settings, TICK_SCHEDULE: '0 0 3 L * *' } })).rejects.toThrow('("L")');
  });

  it('names the port when it is taken, and touches no message', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;

    await expect(start({ port })).rejects.toThrow(`port ${port} is in use`);
    bus.send('text', Buffer.from('{}'));

    expect(bus.count('text')).toBe(1);
    await new Promise((resolve) => taken.close(resolve));
  });

  it('starts the same app again in the same process, afresh', async () => {
    const first = await start();
    await runByHand('tick');
    await seenBy('tick');
    await first.stop();

    await start();

    expect(await (await call('/api/seen')).json()).toEqual([]);
  });
});

describe('queue triggers', () => {
  it('hand a JSON body over as an object and complete the message', async () => {
    await start();

    bus.send('text', Buffer.from('{"tenantId":"a","n":1}'));
    const [seen] = await seenBy('take-text');

    expect(seen!.body).toEqual({ tenantId: 'a', n: 1 });
    await expect.poll(() => bus.count('text')).toBe(0);
    expect(host!.stats().failures).toBe(0);
  });

  it.each([
    ['text that is no JSON', '{"tenantId":', '{"tenantId":', 'string'],
    ['a number', '12345', 12345, 'number'],
    ['nothing', '', '', 'string'],
    ['a byte order mark', '\uFEFF{"a":1}', '\uFEFF{"a":1}', 'string'],
  ])('hand over %s as the real host does', async (_, text, body, bodyType) => {
    await start();

    bus.send('text', Buffer.from(text));
    const [seen] = await seenBy('take-text');

    expect(seen).toMatchObject({ body, bodyType });
  });

  it('garble bytes that are not UTF-8 for a handler of text', async () => {
    await start();

    bus.send('text', Buffer.from([0x61, 0xff, 0x62]));
    const [seen] = await seenBy('take-text');

    expect(seen!.body).toBe('a\uFFFDb');
  });

  it.each([
    ['JSON', Buffer.from('{"a":1}')],
    ['invalid UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['a byte order mark', Buffer.from('\uFEFF{}')],
    ['an empty body', Buffer.alloc(0)],
  ])('give a binary handler the exact bytes of %s', async (_, bytes) => {
    await start();

    bus.send('bytes', bytes);
    const [seen] = await seenBy('take-bytes');

    expect(seen).toMatchObject({ bodyType: 'Buffer', body: { base64: bytes.toString('base64') } });
  });

  it('describe the message in the metadata, and leave out what it has not', async () => {
    await start();

    bus.send('text', Buffer.from('[]'), {
      messageId: '12345',
      enqueuedTimeUtc: new Date('2026-03-01T10:00:00.5Z'),
      sequenceNumber: { toString: () => '77' },
      subject: 'look',
      applicationProperties: { Source: 'onboarding', attempt: 2 },
    });
    const [seen] = await seenBy('take-text');

    expect(seen!.metadata).toMatchObject({
      messageId: 12345,
      deliveryCount: 1,
      enqueuedTimeUtc: '2026-03-01T10:00:00.500',
      sequenceNumber: 77,
      subject: 'look',
      applicationProperties: { source: 'onboarding', attempt: 2 },
    });
    expect(seen!.metadata!['lockToken']).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen!.metadata).not.toHaveProperty('correlationId');
  });

  it('let members of the body hide the metadata of the message', async () => {
    await start();

    bus.send('text', Buffer.from('{"messageId":"mine","dryRun":true,"list":[1]}'), { messageId: 'theirs' });
    const [seen] = await seenBy('take-text');

    expect(seen!.metadata).toMatchObject({ messageId: 'mine', dryRun: 'True' });
    expect(seen!.metadata).not.toHaveProperty('list');
  });

  it('deliver again, with the next delivery count, what a handler threw on', async () => {
    await start();

    bus.send('failing', Buffer.from('{}'));
    const seen = await seenBy('fail-once', 2);

    expect(seen.map(({ metadata }) => metadata!['deliveryCount'])).toEqual([1, 2]);
    expect(host!.stats()).toMatchObject({ failures: 1 });
    expect(entries.find(({ level }) => level === 'error')).toMatchObject({
      functionName: 'fail-once',
      message: expect.stringContaining('not the first time') as string,
    });
    await expect.poll(() => bus.count('failing')).toBe(0);
  });

  it('receive from a dead-letter queue', async () => {
    await start();

    bus.send('bytes/$DeadLetterQueue', Buffer.from('"dead"'));

    expect((await seenBy('take-dead'))[0]!.body).toBe('dead');
    expect(bus.connections).toEqual([settings.ServiceBus]);
  });

  it.each(['Diagnostic-Id', 'traceparent'])('pass on the trace context in %s', async (property) => {
    await start();
    const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    bus.send('text', Buffer.from('{}'), { applicationProperties: { [property]: traceParent } });

    expect((await seenBy('take-text'))[0]!.traceContext).toEqual({ traceParent });
  });

  it('keep a message locked for as long as its function runs', async () => {
    const shortLocks = makeMemoryBus(200);
    await start({ makeClient: shortLocks.makeClient });

    shortLocks.send('slow', Buffer.from('{}'));
    await seenBy('take-slowly');
    const renewals = shortLocks.renewals();

    expect(renewals).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(shortLocks.renewals()).toBe(renewals);
  });

  it('are run by hand with a text', async () => {
    await start();

    expect((await runByHand('take-text', '{"byHand":true}')).status).toBe(202);

    expect((await seenBy('take-text'))[0]!.body).toEqual({ byHand: true });
  });
});

describe('HTTP triggers', () => {
  it('get parameters, query, headers and body, and answer with status, headers and JSON', async () => {
    await start();

    const response = await call(`/api/Things/${id}?a=1&b=x%20y&a=2`, {
      method: 'POST',
      headers: { 'X-Ms-Client-Request-Id': 'abc' },
      body: 'blå',
    });

    expect(response.status).toBe(201);
    expect(response.headers.get('x-answer')).toBe('yes');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      params: { id },
      query: { a: '1,2', b: 'x y' },
      header: 'abc',
      method: 'POST',
      url: `http://127.0.0.1:${host!.port}/api/Things/${id}?a=1&b=x%20y&a=2`,
      text: 'blå',
    });
  });

  it('get an optional parameter and the rest of a path decoded', async () => {
    await start();

    const thing = (await (await call(`/api/things/${id}/h%C3%A5r`)).json()) as { params: object };
    const rest = await (await call('/api/rest/a/b%20c/d')).json();

    expect(thing.params).toEqual({ id, part: 'hår' });
    expect(rest).toEqual({ path: 'a/b c/d' });
  });

  it.each([
    ['an unknown path', 'GET', '/api/unknown'],
    ['a path without the prefix', 'GET', '/seen'],
    ['a parameter that breaks its constraint', 'GET', '/api/things/12'],
    ['a method the app did not register', 'PUT', '/api/seen'],
    ['an unknown function to run by hand', 'POST', '/admin/functions/unknown'],
  ])('answer 404 for %s', async (_, method, path) => {
    await start();
    const headers = { 'content-type': 'application/json' };

    const response = await call(path, { method, headers, ...(method === 'POST' && { body: '{}' }) });

    expect(response.status).toBe(404);
  });

  it('answer from a stream, with cookies', async () => {
    await start();

    const response = await call('/api/stream');

    expect(response.headers.get('set-cookie')).toBe('seen=a%20b; path=/; httponly');
    expect(response.headers.get('content-type')).toBe('text/csv');
    expect(await response.text()).toBe('a;b\n1;2\n');
  });

  it('answer 204 when the function returns nothing, 500 when it throws', async () => {
    await start();

    expect((await call('/api/nothing')).status).toBe(204);
    const failed = await call('/api/fails');

    expect(failed.status).toBe(500);
    expect(await failed.text()).toBe('');
    expect(host!.stats()).toMatchObject({ inFlight: 0, invocations: 2, failures: 1 });
  });

  it('want the key for a function that is not anonymous', async () => {
    const { key } = await start();

    expect((await call('/api/guarded')).status).toBe(401);
    expect((await call('/api/guarded', { headers: { 'x-functions-key': key } })).status).toBe(200);
    expect((await call(`/api/guarded?code=${key}`)).status).toBe(200);
  });

  it('keep their own context among a hundred at a time', async () => {
    await start();

    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const response = await call(`/api/own-context?n=${n}`);
        return (await response.json()) as { n: string; before: string; after: string };
      }),
    );

    expect(answers.map(({ n }) => Number(n))).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(answers.every(({ before, after }) => before === after)).toBe(true);
    expect(new Set(answers.map(({ before }) => before)).size).toBe(100);
    for (const { n, before } of answers) {
      const entry = entries.find(({ invocationId }) => invocationId === before);
      expect(entry).toMatchObject({ level: 'information', category: 'user', message: `asked ${n}` });
    }
  });

  it('follow a prefix of host.json', async () => {
    await start({ hostJson: { extensions: { http: { routePrefix: '' } } } });

    expect((await call('/seen')).status).toBe(200);
  });
});

describe('timer triggers', () => {
  it('run by hand, and get their schedule', async () => {
    await start();

    const response = await runByHand('tick');
    const [seen] = await seenBy('tick');

    expect(response.status).toBe(202);
    expect(seen!.body).toEqual({
      schedule: { adjustForDST: true },
      scheduleStatus: {
        last: '0001-01-01T00:00:00',
        lastUpdated: '0001-01-01T00:00:00',
        next: expect.stringMatching(/T03:00:00\+00:00$/) as string,
      },
      isPastDue: false,
    });
  });

  it('run when they are due', async () => {
    await start({ env: { ...settings, TICK_SCHEDULE: '* * * * * *' } });

    const [seen] = await seenBy('tick');

    expect(seen!.bodyType).toBe('object');
  }, 5_000);

  it('cannot be run by hand from a web page', async () => {
    await start();

    const response = await call('/admin/functions/tick', { method: 'POST', body: '{}' });

    expect(response.status).toBe(415);
  });
});

describe('hooks', () => {
  it('run around each invocation in order, share their data and may change the result', async () => {
    await start();

    const response = await call('/api/hooked');

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ order: ['appStart', 'preInvocation', 'postInvocation true'] });
  });
});

describe('stopping', () => {
  it('waits for what is running, and takes no new messages', async () => {
    const running = await start();
    bus.send('slow', Buffer.from('1'));
    await expect.poll(() => running.stats().inFlight).toBe(1);

    await running.stop();
    bus.send('slow', Buffer.from('2'));

    expect(running.stats()).toEqual({ inFlight: 0, invocations: 1, failures: 0 });
    expect(bus.count('slow')).toBe(1);
    await expect(call('/api/seen')).rejects.toThrow();
  });
});
