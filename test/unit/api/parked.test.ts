import { describe, expect, it } from 'vitest';
import { parkedHandled, parkedPage } from '../../../src/functions/api/contract/parked.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { ParkedMessage } from '../../../src/lib/domain/ports.ts';
import { lineageIn } from '../../../src/lib/domain/redrive.ts';
import { reconcileRequest } from '../../../src/lib/domain/request.ts';
import { anApi } from '../../support/api.ts';
import { ids } from '../../support/delegations.ts';

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

    expect(parkedHandled.parse(answer.json)).toEqual({ handled: 1, homeless: 0, more: false });
    const [sent] = queues.messages('onboarding');
    expect(Buffer.from(sent?.body ?? []).toString()).toBe('{"tenantId":');
    expect(sent?.messageId).toBe('message-1~r1');
    expect(lineageIn(String(sent?.properties['lineage']))).toEqual(['message-1']);
    expect((await list()).items).toEqual([]);
  });

  it('of a message redriven before counts on', async () => {
    const { post, queues } = await aStage(aParked({ messageId: 'message-1~r1', lineage: ['message-1'] }));

    await post('/parked/redrive', { all: true });

    expect(queues.messages('onboarding').map(({ messageId }) => messageId)).toEqual(['message-1~r2']);
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
          cause: { kind: 'redrive', id: 'sweep-1~r1' },
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

    expect(answer.json).toEqual({ handled: 0, homeless: 1, more: false });
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
