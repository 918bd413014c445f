import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { makeNoticeSink } from '../../../src/lib/adapters/notices/sinks.ts';
import { bodyFrom } from '../../../src/lib/adapters/notices/webhook.ts';
import type { NoticeRoute } from '../../../src/lib/domain/notice-route.ts';
import { aRoute, aTenantNotice } from '../../support/notices.ts';
import { SECRET } from '../../support/receiver.ts';

const FORMER = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

/** Sends a digest of so many notices, each try two seconds after the one before. */
function aSender(route: NoticeRoute, notices: number) {
  const posts: { url: string; headers: Readonly<Record<string, string>>; body: string }[] = [];
  let now = Date.now();
  const sink = makeNoticeSink({
    clock: () => new Date((now += 2_000)),
    post: (url, headers, body) => {
      posts.push({ url, headers, body });
      return Promise.resolve();
    },
  });
  const digest = {
    id: 'at-once-20260310-crm',
    urgency: 'at-once' as const,
    notices: Array.from({ length: notices }, (_, n) => aTenantNotice(n + 1)),
  };
  return { posts, send: (from: number) => sink.send(route, digest, from) };
}

describe('a signed webhook', () => {
  it('is a batch of CloudEvents that the reference library finds signed', async () => {
    const { posts, send } = aSender(aRoute(), 2);

    const { sent } = await send(0);

    const [post] = posts;
    expect(sent).toBe(2);
    expect(post?.url).toBe('https://hooks.fabrikam.example/pal');
    expect(post?.headers['content-type']).toBe('application/cloudevents-batch+json; charset=utf-8');
    expect(new Webhook(SECRET).verify(post?.body ?? '', post?.headers ?? {})).toEqual([
      aTenantNotice(1),
      aTenantNotice(2),
    ]);
  });

  it('has the same id and body at every try, and the time of the try', async () => {
    const { posts, send } = aSender(aRoute(), 1);

    await send(0);
    await send(0);

    const [first, second] = posts;
    expect(second?.headers['webhook-id']).toBe('at-once-20260310-crm-1-1');
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(Number(second?.headers['webhook-timestamp'])).toBe(
      Number(first?.headers['webhook-timestamp']) + 2,
    );
  });

  it('is signed with both secrets while one is changed for the other', async () => {
    const { posts, send } = aSender(aRoute({ secrets: [SECRET, FORMER] }), 1);

    await send(0);

    const [post] = posts;
    for (const secret of [SECRET, FORMER]) {
      expect(() => new Webhook(secret).verify(post?.body ?? '', post?.headers ?? {})).not.toThrow();
    }
    const other = `whsec_${Buffer.alloc(24, 8).toString('base64')}`;
    expect(() => new Webhook(other).verify(post?.body ?? '', post?.headers ?? {})).toThrow();
  });

  it('is sent in parts where it is long, each under an id of its own', async () => {
    const { posts, send } = aSender(aRoute(), 100);

    for (let sent = 0; sent < 100;) ({ sent } = await send(sent));

    expect(posts.length).toBeGreaterThan(1);
    expect(new Set(posts.map(({ headers }) => headers['webhook-id'])).size).toBe(posts.length);
    expect(posts.flatMap(({ body }) => JSON.parse(body) as unknown[])).toHaveLength(100);
  });

  it('holds no half characters, which receivers may refuse', () => {
    const { body } = bodyFrom([aTenantNotice(1, { displayName: 'Contoso \uD83D' })], 0);

    expect(body).toContain('"Contoso \uFFFD"');
    expect(body).not.toContain('\\ud83d');
  });

  it('loses nothing by being cut, and stays below the limit where one notice does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 40 }), (lengths) => {
        const notices = lengths.map((length, n) => aTenantNotice(n + 1, { summary: 'é'.repeat(length) }));
        const bodies: string[] = [];
        for (let from = 0; from < notices.length;) {
          const { body, until } = bodyFrom(notices, from, 6_000);
          bodies.push(body);
          from = until;
        }

        expect(bodies.flatMap((body) => JSON.parse(body) as unknown[])).toEqual(notices);
        for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(6_000);
      }),
      { numRuns: 30 },
    );
  });

  it('reads of a long digest what it sends, and a little more', () => {
    let read = 0;
    const notices = Array.from({ length: 2_000 }, (_, n) => ({
      ...aTenantNotice(n + 1),
      toJSON: () => ({ ...aTenantNotice(n + 1), read: (read += 1) }),
    }));

    let bodies = 0;
    for (let from = 0; from < notices.length; bodies++) from = bodyFrom(notices, from).until;

    expect(bodies).toBeGreaterThan(50);
    expect(read).toBe(notices.length + bodies - 1);
  });
});

describe('a Teams route', () => {
  it('gets one card, whatever there is to tell', async () => {
    const { posts, send } = aSender(aRoute({ sink: 'teams', secrets: [] }), 100);

    const { sent } = await send(0);

    expect(sent).toBe(100);
    expect(posts).toHaveLength(1);
    expect(posts.map(({ headers }) => Object.keys(headers))).toEqual([['content-type']]);
    expect(JSON.parse(posts[0]?.body ?? '')).toMatchObject({ type: 'message' });
  });
});
