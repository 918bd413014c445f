import type { lookup, LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeLookupOutside, makePost } from '../../../src/lib/adapters/notices/post.ts';
import {
  isPrivateAddress,
  namesPrivateAddress,
} from '../../../src/lib/adapters/notices/private-addresses.ts';
import { startReceiver } from '../../support/receiver.ts';

const now = new Date('2026-03-10T12:00:00.000Z');
const inside = makePost({ timeoutMs: 500, local: true, clock: () => now });
const outside = makePost({ timeoutMs: 500, local: false, clock: () => now });

async function answering(status: number, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const receiver = await startReceiver([status], headers);
  onTestFinished(() => receiver.stop());
  return receiver.url;
}

describe('a post to a sink', () => {
  it('is content with any 2xx', async () => {
    await expect(inside(await answering(202), {}, '[]')).resolves.toBeUndefined();
  });

  it.each([
    { status: 400, kind: 'unavailable' },
    { status: 404, kind: 'unavailable' },
    { status: 410, kind: 'rejected' },
    { status: 500, kind: 'unavailable' },
    { status: 502, kind: 'unavailable' },
    { status: 503, kind: 'unavailable' },
  ])('takes $status for trouble that is $kind', async ({ status, kind }) => {
    const message = expect.stringMatching(`^The sink answered ${status}`) as string;
    await expect(inside(await answering(status), {}, '[]')).rejects.toMatchObject({ kind, message });
  });

  it.each([
    { status: 429, retryAfter: '90', retryAt: new Date('2026-03-10T12:01:30.000Z') },
    {
      status: 503,
      retryAfter: 'Tue, 10 Mar 2026 13:00:00 GMT',
      retryAt: new Date('2026-03-10T13:00:00.000Z'),
    },
  ])('waits as long as a $status asks for', async ({ status, retryAfter, retryAt }) => {
    const url = await answering(status, { 'retry-after': retryAfter });
    await expect(inside(url, {}, '[]')).rejects.toMatchObject({ kind: 'throttled', retryAt });
  });

  it('follows no redirect', async () => {
    const target = await startReceiver();
    onTestFinished(() => target.stop());
    const url = await answering(307, { location: target.url });

    await expect(inside(url, {}, '[]')).rejects.toMatchObject({ kind: 'rejected' });
    expect(target.received).toEqual([]);
  });

  it('does not name the address, which may be a secret, when nobody answers there', async () => {
    const receiver = await startReceiver();
    await receiver.stop();
    await expect(inside(`${receiver.url}?sig=secret`, {}, '[]')).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'The sink could not be reached (ECONNREFUSED).',
    });
  });

  it('gives up on a sink that never answers', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(inside(url, {}, '[]')).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'The sink could not be reached (no answer in time).',
    });
  });

  it.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://localhost/',
    'http://hooks.fabrikam.example/',
    'https://0x7f.1/',
  ])('sends nothing to %s outside the local stack', async (url) => {
    await expect(outside(url, {}, '[]')).rejects.toMatchObject({ kind: 'rejected' });
  });
});

describe('the address behind a name', () => {
  /** Resolves every name to these addresses. */
  const resolving = (...addresses: string[]) =>
    ((_host: string, _options: object, callback: (error: null, found: LookupAddress[]) => void) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )) as typeof lookup;
  const look = (resolve: typeof lookup, all: boolean) =>
    new Promise((done, fail) => {
      makeLookupOutside(resolve)('hooks.fabrikam.example', { all }, (error, address) =>
        error ? fail(error) : done(address),
      );
    });

  it.each([[['10.1.2.3']], [['203.0.114.9', '169.254.169.254']], [['::ffff:127.0.0.1']], [['fd00::1']]])(
    'is refused when any of %j is inside',
    async (addresses) => {
      await expect(look(resolving(...addresses), true)).rejects.toMatchObject({ kind: 'rejected' });
      await expect(look(resolving(...addresses), false)).rejects.toMatchObject({ kind: 'rejected' });
    },
  );

  it('is used when all of them are outside', async () => {
    expect(await look(resolving('8.8.8.8', '2606:4700::1111'), false)).toBe('8.8.8.8');
    expect(await look(resolving('8.8.8.8', '2606:4700::1111'), true)).toHaveLength(2);
  });

  it('fails when the name has none', async () => {
    await expect(look(resolving(), true)).rejects.toThrow('The name has no address.');
  });
});

describe('addresses inside a network', () => {
  it.each([
    '0.0.0.0',
    '10.255.255.255',
    '100.64.0.1',
    '127.8.8.8',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    '2002:7f00:1::',
    'not an address',
  ])('%s is one', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '20.50.1.1', '2606:4700::1111', '2a01:111::1'])(
    '%s is not',
    (address) => {
      expect(isPrivateAddress(address)).toBe(false);
    },
  );

  it.each([
    'https://localhost/',
    'https://a.localhost./',
    'https://db.internal/',
    'https://2130706433/',
    'https://[fe80::1]/',
  ])('%s names one', (url) => {
    expect(namesPrivateAddress(new URL(url))).toBe(true);
  });

  it('are not named by a public name', () => {
    expect(namesPrivateAddress(new URL('https://hooks.fabrikam.example/'))).toBe(false);
  });
});
