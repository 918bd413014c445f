import { describe, expect, it } from 'vitest';
import { parkedHandled, parkedPage } from '../../../src/functions/api/contract/parked.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { ParkedMessage } from '../../../src/lib/domain/ports.ts';
import { lineageIn } from '../../../src/lib/domain/lineage.ts';
import { reconcileRequest } from '../../../src/lib/domain/request.ts';
import { anApi } from '../../support/api.ts';
import { noticeRequest } from '../../../src/lib/domain/notice-request.ts';
import { ids } from '../../support/delegations.ts';
import { aRequest } from '../../support/requests.ts';

function aParked(changes: Partial<ParkedMessage> = {}): ParkedMessage {
  return {
    queue: 'onboarding',
    messageId: 'message-1',
    reason: 'The message body is not valid JSON in UTF-8.',
    body: new TextEncoder().encode('{"tenantId":'),
    attempts: 1,
    enqueuedAt: '2026-03-10T09:00:00.000Z',
    parkedAt: '2026-03-10T11:00:00.000Z',
    lineage: [],
    ...changes,
  };
}

async function aStage(...messages: ParkedMessage[]) {
  const stage = anApi();
  for (const message of messages) await stage.parked.keep(message);
  const list = async (query = '') => parkedPage.parse((await stage.get(`/parked${query}`)).json);
  const post = (path: string, body: unknown) => stage.send('POST', path, { as: 'Pal.Operate', body });
  return { ...stage, list, post };
}

describe('parked messages', () => {
  it('are listed with their reason, age and the beginning of what they hold', async () => {
    const { list } = await aStage(aParked({ body: Buffer.from('x'.repeat(2_000)) }));

    const { items } = await list();

    expect(items).toMatchObject([
      { queue: 'onboarding', messageId: 'message-1', attempts: 1, ageSeconds: 3_600, size: 2_000 },
    ]);
    expect(items[0]?.preview).toBe('x'.repeat(500));
  });

  it('are listed page by page, each once', async () => {
    const messages = Array.from({ length: 5 }, (_, n) => aParked({ messageId: `message-${n}` }));
    const { list } = await aStage(...messages);

    const first = await list('?top=3');
    const second = await list(`?top=3&continuation=${first.continuation ?? ''}`);

    const seen = [...first.items, ...second.items].map(({ messageId }) => messageId);
    expect(seen.sort()).toEqual(messages.map(({ messageId }) => messageId));
    expect(second.continuation).toBeNull();
  });
});

describe('a redrive', () => {
  it('sends a message back as it came, under an id that tells its past, and forgets it', async () => {
    const { list, post, queues } = await aStage(aParked());
    const [item] = (await list()).items;

    const answer = await post('/parked/redrive', { id: item?.id });

    expect(parkedHandled.parse(answer.json)).toEqual({ handled: 1, homeless: 0, refused: 0, more: false });
    const [sent] = queues.messages('onboarding');
    expect(Buffer.from(sent?.body ?? []).toString()).toBe('{"tenantId":');
    expect(sent?.messageId).toMatch(/^message-1~r1-[0-9a-f]{8}$/);
    expect(lineageIn(String(sent?.properties['lineage']))).toEqual(['message-1']);
    expect((await list()).items).toEqual([]);
  });

  it('of a step of a sweep begins its attempts anew', async () => {
    const step = { do: 'finish', sweepId: 'sweep-1', at: '2026-03-10T02:00:00.000Z', hop: 7 };
    const body = Buffer.from(JSON.stringify({ ...step, attempt: 5, since: '2026-03-10T02:30:00.000Z' }));
    const { post, queues, clock } = await aStage(
      aParked({ queue: 'sweeps', messageId: 'sweep-1~finish~7', body }),
    );

    await post('/parked/redrive', { all: true });

    const [sent] = queues.messages('sweeps');
    expect(sent?.messageId).toMatch(/^sweep-1~finish~7~r1-[0-9a-f]{8}$/);
    expect(JSON.parse(Buffer.from(sent?.body ?? []).toString())).toEqual({
      ...step,
      attempt: 0,
      since: clock().toISOString(),
    });
  });

  it('of a message redriven before counts on', async () => {
    const former = aParked({ messageId: 'message-1~r1', lineage: ['message-1'] });
    const { post, queues } = await aStage(former);

    await post('/parked/redrive', { all: true });

    expect(queues.messages('onboarding').map(({ messageId }) => messageId)).toEqual([
      expect.stringMatching(/^message-1~r2-[0-9a-f]{8}$/),
    ]);
  });

  it.each([
    { which: 'that nobody understands', queue: 'onboarding' as const, body: '{"tenantId":' },
    { which: 'that asks for a look', queue: 'reconcile' as const, body: JSON.stringify(aRequest()) },
  ])('of a message $which is never swallowed, however often it comes back', async ({ queue, body }) => {
    const { post, queues, parked } = await aStage(aParked({ queue, body: Buffer.from(body) }));

    for (let times = 1; times <= 25; times++) {
      await post('/parked/redrive', { all: true });
      const sent = queues.messages(queue).at(-1);
      expect(queues.messages(queue)).toHaveLength(times);
      await parked.keep(
        aParked({
          ...{ queue, body: sent!.body, messageId: sent!.messageId },
          lineage: lineageIn(String(sent?.properties['lineage'])),
        }),
      );
    }

    expect(queues.messages(queue).at(-1)?.messageId).toContain('~r25-');
  });

  it('sends each of several messages that a sender gave the same id', async () => {
    const other = Buffer.from('{"tenant":');
    const { list, post, queues } = await aStage(aParked(), aParked({ body: other }));

    await post('/parked/redrive', { all: true });

    const sent = queues.messages('onboarding').map(({ body }) => Buffer.from(body).toString());
    expect(sent.sort()).toEqual(['{"tenant":', '{"tenantId":']);
    expect((await list()).items).toEqual([]);
  });

  it('sends each of several messages whose long ids begin alike', async () => {
    const long = 'x'.repeat(127);
    const { post, queues } = await aStage(
      aParked({ messageId: `${long}1` }),
      aParked({ messageId: `${long}2` }),
    );

    await post('/parked/redrive', { all: true });

    expect(queues.messages('onboarding')).toHaveLength(2);
  });

  it('begins the attempts of a notice’s delivery anew, under ids its copies have not had', async () => {
    const delivery = {
      ...{ do: 'deliver', route: 'crm', urgency: 'daily', sent: 3, attempt: 4, hop: 9 },
      selection: {
        ...{ firstDay: '2026-03-08', lastDay: '2026-03-09' },
        ...{ from: '2026-03-08T08:00:00.000Z', until: '2026-03-09T08:00:00.000Z' },
      },
      since: '2026-03-09T08:00:00.000Z',
    };
    const body = Buffer.from(JSON.stringify(delivery));
    const { post, queues } = await aStage(aParked({ queue: 'notices', body }));

    await post('/parked/redrive', { all: true });

    const [sent] = queues.messages('notices');
    expect(noticeRequest.parse(JSON.parse(new TextDecoder().decode(sent?.body)))).toEqual({
      ...delivery,
      ...{ attempt: 0, since: '2026-03-10T12:00:00.000Z' },
    });
  });

  it('of a message that has no room for its past goes without it, and still counts', async () => {
    const past = Array.from({ length: 10 }, (_, n) => `${'y'.repeat(115)}~r${n + 1}-0000000${n}`);
    const body = new Uint8Array(262_144 - 500);
    const { post, queues } = await aStage(aParked({ body, messageId: 'message-1~r10', lineage: past }));

    await post('/parked/redrive', { all: true });

    const [sent] = queues.messages('onboarding');
    expect(sent?.messageId).toMatch(/^message-1~r11-/);
    expect(sent?.properties).toEqual({ firstEnqueuedAt: '2026-03-10T09:00:00.000Z' });
  });

  it('leaves what its queue does not take, and sends what stands behind it', async () => {
    const tooLarge = aParked({ messageId: 'a', body: new Uint8Array(300_000) });
    const others = Array.from({ length: 3 }, (_, n) => aParked({ messageId: `b${n}` }));
    const { list, post, queues, log } = await aStage(tooLarge, ...others);

    const answer = await post('/parked/redrive', { all: true });

    expect(answer).toMatchObject({ status: 200, json: { handled: 3, homeless: 0, refused: 1, more: false } });
    expect((await list()).items.map(({ messageId }) => messageId)).toEqual(['a']);
    expect(queues.messages('onboarding')).toHaveLength(3);
    expect(log.entries).toContainEqual(
      expect.objectContaining({ level: 'warn', event: 'message.redrive-refused' }),
    );
  });

  it('is not kept by hundreds it can do nothing about from what lies behind them', async () => {
    const homeless = Array.from({ length: 501 }, (_, n) => aParked({ queue: 'a', messageId: `m-${n}` }));
    const { post, queues } = await aStage(...homeless, aParked());

    const answer = await post('/parked/redrive', { all: true });

    expect(answer.json).toEqual({ handled: 1, homeless: 501, refused: 0, more: false });
    expect(queues.messages('onboarding')).toHaveLength(1);
  });

  it('begins the attempts of a request anew, for the same tenant', async () => {
    const request = {
      ...{ subject: 'tenant', id: ids.customer, cause: { kind: 'sweep', id: 'sweep-1' }, attempt: 5, hop: 9 },
      since: '2026-03-09T00:00:00.000Z',
    };
    const body = Buffer.from(JSON.stringify(request));
    const { post, queues } = await aStage(aParked({ queue: 'reconcile', body }));

    await post('/parked/redrive', { all: true });

    expect(queues.requests().map((one) => reconcileRequest.parse(one.request))).toEqual([
      {
        ...{
          subject: 'tenant',
          id: ids.customer,
          cause: { kind: 'redrive', id: expect.stringMatching(/^sweep-1~r1-[0-9a-f]{8}$/) as string },
          attempt: 0,
          hop: 0,
        },
        since: '2026-03-10T12:00:00.000Z',
      },
    ]);
  });

  it('by reason leaves the others', async () => {
    const { list, post } = await aStage(aParked(), aParked({ messageId: 'message-2', reason: 'Given up.' }));

    await post('/parked/redrive', { reason: 'Given up.' });

    expect((await list()).items.map(({ messageId }) => messageId)).toEqual(['message-1']);
  });

  it('that breaks off before the message is sent has lost nothing', async () => {
    const { list, post, queues } = await aStage(aParked());
    queues.fail('send onboarding', new Failure('unavailable', 'The queue could not be written.'));

    expect((await post('/parked/redrive', { all: true })).status).toBe(503);
    expect((await list()).items).toHaveLength(1);
  });

  it('that breaks off after the message was sent makes no second one when it is repeated', async () => {
    const { list, post, queues, parked } = await aStage(aParked());
    parked.fail('remove', new Failure('unavailable', 'The table could not be written.'));
    expect((await post('/parked/redrive', { all: true })).status).toBe(503);
    expect((await list()).items).toHaveLength(1);

    await post('/parked/redrive', { all: true });

    expect(queues.messages('onboarding')).toHaveLength(1);
    expect((await list()).items).toEqual([]);
  });

  it('leaves a message of which nobody knows whence it came, and says so', async () => {
    const { list, post } = await aStage(aParked({ queue: 'parked' }));

    const answer = await post('/parked/redrive', { all: true });

    expect(answer.json).toEqual({ handled: 0, homeless: 1, refused: 0, more: false });
    expect((await list()).items).toHaveLength(1);
  });

  it('of a message that is not there is told so', async () => {
    const { post } = await aStage();

    expect((await post('/parked/redrive', { id: 'onboarding~00ff' })).status).toBe(404);
  });

  it.each([{}, { all: false }, { all: true, reason: 'both' }, { id: '../etc' }])(
    'of %j is no request',
    async (body) => {
      const { post } = await aStage();

      expect((await post('/parked/redrive', body)).status).toBe(400);
    },
  );
});

describe('discarding', () => {
  it('keeps the message elsewhere, with who did so and why', async () => {
    const { list, post, parked } = await aStage(aParked());

    const answer = await post('/parked/discard', { all: true, why: 'sent by mistake' });

    expect(parkedHandled.parse(answer.json).handled).toBe(1);
    expect((await list()).items).toEqual([]);
    expect(parked.discarded()).toEqual([
      { messageId: 'message-1', by: '0b0b0b0b-0000-4000-8000-0000000000ca', why: 'sent by mistake' },
    ]);
  });

  it('takes a reason', async () => {
    const { list, post } = await aStage(aParked());

    expect((await post('/parked/discard', { all: true, why: ' ' })).status).toBe(400);
    expect((await list()).items).toHaveLength(1);
  });
});
