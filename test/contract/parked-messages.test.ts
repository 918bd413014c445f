import { describe, expect, it } from 'vitest';
import { makeParkedMessages } from '../../src/lib/adapters/tables/parked-messages.ts';
import type { ParkedMessage, ParkedMessages } from '../../src/lib/domain/ports.ts';
import { makeFakeParkedMessages } from '../fakes/parked-messages.ts';
import { useAzurite } from '../support/azurite.ts';
import { collect } from '../support/collect.ts';

const azurite = useAzurite();

const implementations: { name: string; make: () => ParkedMessages }[] = [
  { name: 'in memory', make: makeFakeParkedMessages },
  { name: 'in Table Storage', make: () => makeParkedMessages(azurite.table(), azurite.table()) },
];

function aParked(changes: Partial<ParkedMessage> = {}): ParkedMessage {
  return {
    queue: 'onboarding',
    messageId: 'message-1',
    reason: 'The message body is empty; an onboarding event is a JSON object.',
    body: new TextEncoder().encode('{"tenantId":1}'),
    attempts: 1,
    enqueuedAt: '2026-03-10T09:00:00.000Z',
    parkedAt: '2026-03-10T12:00:00.000Z',
    lineage: [],
    ...changes,
  };
}

/** Everything kept, bodies as plain numbers so that a Buffer and a Uint8Array of the same bytes are equal. */
async function kept(parked: ParkedMessages) {
  const all = await collect(parked.all());
  return all
    .map((message) => ({ ...message, body: [...message.body] }))
    .sort((a, b) => (a.messageId < b.messageId ? -1 : 1));
}
const plain = (message: ParkedMessage) => ({ ...message, body: [...message.body] });

describe.each(implementations)('parked messages $name', ({ make }) => {
  it('are none at first', async () => {
    expect(await kept(make())).toEqual([]);
  });

  it('are kept whole', async () => {
    const parked = make();

    await parked.keep(aParked());

    expect(await kept(parked)).toEqual([plain(aParked())]);
  });

  it('are kept without a time at which they were enqueued, where nobody told it', async () => {
    const parked = make();

    await parked.keep(aParked({ enqueuedAt: null }));

    expect(await kept(parked)).toEqual([plain(aParked({ enqueuedAt: null }))]);
  });

  it.each([
    ['nothing', 0],
    ['one byte', 1],
    ['one property full', 60_000],
    ['one byte more than a property holds', 60_001],
    ['200 KB', 200_000],
  ])('keep a body of %s byte for byte', async (_, size) => {
    const parked = make();
    const body = Uint8Array.from({ length: size }, (__, index) => (index * 31) % 256);

    await parked.keep(aParked({ body }));

    const [message] = await collect(parked.all());
    expect(Buffer.compare(message?.body ?? Buffer.from('none'), body)).toBe(0);
  });

  it.each(['', 'with / \\ # ? and spaces', 'Ünïcödé', '~', 'x'.repeat(128), "o'brien"])(
    'keep the message id “%s”',
    async (messageId) => {
      const parked = make();

      await parked.keep(aParked({ messageId }));

      expect((await kept(parked)).map((message) => message.messageId)).toEqual([messageId]);
    },
  );

  it('kept again are one message', async () => {
    const parked = make();

    await parked.keep(aParked());
    await parked.keep(aParked());

    expect(await kept(parked)).toEqual([plain(aParked())]);
  });

  it('of one id are two messages where their bodies differ, as those without an id do', async () => {
    const parked = make();

    await parked.keep(aParked({ messageId: '', body: new TextEncoder().encode('first') }));
    await parked.keep(aParked({ messageId: '', body: new TextEncoder().encode('second') }));

    expect(await kept(parked)).toHaveLength(2);
  });

  it('of two queues are two messages, though they share an id', async () => {
    const parked = make();

    await parked.keep(aParked({ queue: 'onboarding' }));
    await parked.keep(aParked({ queue: 'reconcile' }));

    expect(await kept(parked)).toHaveLength(2);
  });

  it('whose ids differ in case are two messages', async () => {
    const parked = make();

    await parked.keep(aParked({ messageId: 'A' }));
    await parked.keep(aParked({ messageId: 'a' }));

    expect(await kept(parked)).toHaveLength(2);
  });
});
