import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { ParkedMessage } from '../../../src/lib/domain/ports.ts';
import { makeKeepParked } from '../../../src/lib/usecases/keep-parked.ts';
import { makeFakeLog } from '../../fakes/log.ts';
import { makeFakeOutbox } from '../../fakes/outbox.ts';
import { makeFakeParkedMessages } from '../../fakes/parked-messages.ts';
import { collect } from '../../support/collect.ts';

const message: ParkedMessage = {
  queue: 'onboarding',
  messageId: 'message-1',
  reason: 'The message body is not valid JSON in UTF-8.',
  body: new TextEncoder().encode('{"password":"hunter2"'),
  attempts: 1,
  enqueuedAt: '2026-03-10T09:00:00.000Z',
  parkedAt: '2026-03-10T12:00:00.000Z',
  lineage: [],
};

function aKeeper() {
  const parked = makeFakeParkedMessages();
  const outbox = makeFakeOutbox();
  const log = makeFakeLog();
  const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
  return { parked, outbox, log, keep: makeKeepParked({ parked, outbox, log, digest }) };
}

describe('a parked message', () => {
  it('is kept whole, and told of without its body', async () => {
    const { parked, outbox, log, keep } = aKeeper();

    await keep(message);

    expect(await collect(parked.all())).toEqual([message]);
    expect(log.entries).toEqual([
      {
        level: 'warn',
        event: 'message.kept',
        fields: { queue: 'onboarding', messageId: 'message-1', bytes: 21 },
      },
    ]);
    expect(outbox.announced).toEqual([
      {
        kind: 'message',
        id: expect.stringMatching(/^message~[0-9a-f]{32}$/) as string,
        at: '2026-03-10T12:00:00.000Z',
        queue: 'onboarding',
        messageId: 'message-1',
        reason: 'The message body is not valid JSON in UTF-8.',
        attempts: 1,
      },
    ]);
  });

  it('is told of under the same id when it is delivered again, and under another when its bytes differ', async () => {
    const { outbox, keep } = aKeeper();

    await keep(message);
    await keep({ ...message, parkedAt: '2026-03-10T12:00:05.000Z' });
    await keep({ ...message, body: new TextEncoder().encode('{"password":"hunter3"') });

    const [first, again, other] = outbox.announced.map(({ id }) => id);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('tells nobody of a notice that could not be delivered: that would be a notice again', async () => {
    const { parked, outbox, keep } = aKeeper();

    await keep({ ...message, queue: 'notices' });

    expect(await collect(parked.all())).toHaveLength(1);
    expect(outbox.announced).toEqual([]);
  });

  it('stays in its queue when it cannot be kept', async () => {
    const { parked, keep, outbox } = aKeeper();
    const failure = new Failure('unavailable', 'Table Parked could not be reached.');
    parked.fail('keep', failure);

    await expect(keep(message)).rejects.toBe(failure);
    expect(outbox.announced).toEqual([]);
  });

  it('stays in its queue when people cannot be told', async () => {
    const { outbox, keep } = aKeeper();
    const failure = new Failure('unavailable', 'The queue notices could not be written.');
    outbox.fail('announce', failure);

    await expect(keep(message)).rejects.toBe(failure);
  });
});
