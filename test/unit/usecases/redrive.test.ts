import { InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { messageFacts, parkedFacts } from '../../../src/functions/message-facts.ts';
import { park } from '../../../src/lib/usecases/park.ts';
import { anApi } from '../../support/api.ts';
import { ids } from '../../support/delegations.ts';
import { anOnboarding } from '../../support/stage.ts';
import type { QueuedMessage } from '../../fakes/queues.ts';

const named = (displayName: string) => ({ tenantId: ids.customer, displayName });

/** A message as a worker is given it. */
function delivered({ messageId, properties }: QueuedMessage, enqueuedTimeUtc: string) {
  const triggerMetadata = { messageId, enqueuedTimeUtc, applicationProperties: { ...properties } };
  return new InvocationContext({ triggerMetadata });
}

/** A customer whose name was told at 11 o'clock, and an older message about it that is still to be understood. */
async function aStage() {
  const stage = anApi();
  const enqueuedAt = new Date('2026-03-10T11:00:00.000Z');
  await stage.registerTenant(anOnboarding(named('Its new name'), { messageId: 'newer', enqueuedAt }));
  const name = () => stage.ledger.held(ids.customer).registration.facts.displayName;
  const redrive = async () => {
    await stage.send('POST', '/parked/redrive', { as: 'Pal.Operate', body: { all: true } });
    const [sent] = stage.queues.messages('onboarding');
    if (!sent) throw new Error('Nothing was sent again.');
    const { messageId, lineage, attempts, enqueuedAt } = messageFacts(delivered(sent, '2026-03-10T12:00:00'));
    await stage.registerTenant({
      ...{ queue: 'onboarding', body: sent.body, messageId, lineage, attempts, enqueuedAt },
    });
  };
  return { ...stage, name, redrive };
}

describe('bare onboarding data that is sent again', () => {
  it('is as old as when it was first enqueued, and does not overwrite what was told since', async () => {
    const { parked, name, redrive } = await aStage();
    const body = Buffer.from(JSON.stringify(named('Its old name')));
    const lost: QueuedMessage = { messageId: 'older', body, at: null, properties: {} };
    const facts = parkedFacts(delivered(lost, '2026-03-10T09:00:00'), 'onboarding');
    await parked.keep({ ...facts, body, parkedAt: '2026-03-10T10:00:00.000Z' });

    await redrive();

    expect(name()).toBe('Its new name');
  });

  it('does so, too, when it was parked by ourselves and kept a while later', async () => {
    const { parked, queues, name, redrive } = await aStage();
    const older = anOnboarding(named('Its old name'), {
      messageId: 'older',
      enqueuedAt: new Date('2026-03-10T09:00:00.000Z'),
    });
    await park(queues, older, 'Not understood yet.');
    const [lying] = queues.messages('parked');
    if (!lying) throw new Error('Nothing was parked.');
    const facts = parkedFacts(delivered(lying, '2026-03-10T11:30:00'), null);
    await parked.keep({ ...facts, body: lying.body, parkedAt: '2026-03-10T11:30:00.000Z' });

    await redrive();

    expect(facts).toMatchObject({ queue: 'onboarding', enqueuedAt: '2026-03-10T09:00:00.000Z' });
    expect(name()).toBe('Its new name');
  });

  it('counts where nothing newer has been told', async () => {
    const { parked, name, redrive } = await aStage();
    const body = Buffer.from(JSON.stringify(named('Its newest name')));
    const lost: QueuedMessage = { messageId: 'newest', body, at: null, properties: {} };
    const facts = parkedFacts(delivered(lost, '2026-03-10T11:45:00'), 'onboarding');
    await parked.keep({ ...facts, body, parkedAt: '2026-03-10T11:50:00.000Z' });

    await redrive();

    expect(name()).toBe('Its newest name');
  });
});
