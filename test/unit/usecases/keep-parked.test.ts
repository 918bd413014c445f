import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { makeKeepParked } from '../../../src/lib/usecases/keep-parked.ts';
import { makeFakeLog } from '../../fakes/log.ts';
import { makeFakeParkedMessages } from '../../fakes/parked-messages.ts';
import { collect } from '../../support/collect.ts';

const message = {
  queue: 'onboarding',
  messageId: 'message-1',
  reason: 'The message body is not valid JSON in UTF-8.',
  body: new TextEncoder().encode('{"password":"hunter2"'),
  attempts: 1,
  parkedAt: '2026-03-10T12:00:00.000Z',
};

describe('a parked message', () => {
  it('is kept whole, and told of without its body', async () => {
    const parked = makeFakeParkedMessages();
    const log = makeFakeLog();

    await makeKeepParked({ parked, log })(message);

    expect(await collect(parked.all())).toEqual([message]);
    expect(log.entries).toEqual([
      {
        level: 'warn',
        event: 'message.kept',
        fields: { queue: 'onboarding', messageId: 'message-1', bytes: 21 },
      },
    ]);
  });

  it('stays in its queue when it cannot be kept', async () => {
    const parked = makeFakeParkedMessages();
    const failure = new Failure('unavailable', 'Table Parked could not be reached.');
    parked.fail('keep', failure);
    const keep = makeKeepParked({ parked, log: makeFakeLog() });

    await expect(keep(message)).rejects.toBe(failure);
  });
});
