import { InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { messageFacts, parkedFacts } from '../../../src/functions/message-facts.ts';
import { theApp } from '../../../src/functions/startup.ts';

const context = (triggerMetadata: Record<string, unknown>) => new InvocationContext({ triggerMetadata });

describe('what a Service Bus trigger tells of a message', () => {
  it('is its id, how often it was delivered, and when it came', () => {
    const facts = messageFacts(
      context({ messageId: 'message-1', deliveryCount: 3, enqueuedTimeUtc: '2026-03-10T12:00:00Z' }),
    );

    expect(facts).toMatchObject({
      messageId: 'message-1',
      attempts: 3,
      enqueuedAt: new Date('2026-03-10T12:00:00.000Z'),
    });
  });

  it('is UTC, though the extension writes no zone', () => {
    expect(messageFacts(context({ enqueuedTimeUtc: '2026-03-10T12:00:00.1230000' })).enqueuedAt).toEqual(
      new Date('2026-03-10T12:00:00.123Z'),
    );
  });

  it.each<[string, unknown, string]>([
    ['a text', 'abc', 'abc'],
    ['a number, as the library parses texts', 42, '42'],
    ['a truth, as the library parses texts', true, 'true'],
    ['an object, as the library parses texts', { a: 1 }, '{"a":1}'],
    ['nothing', undefined, ''],
  ])('has an id that is a text again when it came as %s', (_, messageId, expected) => {
    expect(messageFacts(context({ messageId })).messageId).toBe(expected);
  });

  it('is its properties, as texts', () => {
    const { property } = messageFacts(
      context({ applicationProperties: { source: 'onboarding', attempts: 3 } }),
    );

    expect([property('source'), property('attempts'), property('reason')]).toEqual(['onboarding', '3', null]);
  });

  it.each<[string, string, string]>([
    ['was first enqueued, of a copy', '2026-03-09T08:00:00.000Z', '2026-03-09T08:00:00.000Z'],
    [
      'came itself, where the copy says that it is newer',
      '2026-03-11T08:00:00.000Z',
      '2026-03-10T12:00:00.000Z',
    ],
    ['came itself, where the copy says no time', 'yesterday', '2026-03-10T12:00:00.000Z'],
  ])('is when it %s', (_, firstEnqueuedAt, expected) => {
    const applicationProperties = { firstEnqueuedAt };
    const enqueuedTimeUtc = '2026-03-10T12:00:00';

    const { enqueuedAt } = messageFacts(context({ enqueuedTimeUtc, applicationProperties }));

    expect(enqueuedAt.toISOString()).toBe(expected);
  });

  it('may be nothing at all', () => {
    const facts = messageFacts(new InvocationContext());

    expect(facts).toMatchObject({ messageId: '', attempts: 1 });
    expect(Number.isNaN(facts.enqueuedAt.getTime())).toBe(true);
  });
});

describe('what is kept of a message that cannot be processed', () => {
  const applicationProperties = {
    source: 'reconcile',
    sourceMessageId: 'other',
    reason: 'of the sender',
    attempts: 9,
  };

  it('is what we said of it when we parked it', () => {
    expect(parkedFacts(context({ messageId: 'copy', applicationProperties }), null)).toMatchObject({
      queue: 'reconcile',
      messageId: 'other',
      reason: 'of the sender',
      attempts: 9,
    });
  });

  it('is not what the sender of a dead-lettered message has set', () => {
    const triggerMetadata = {
      messageId: 'message-1',
      deliveryCount: 5,
      applicationProperties: { ...applicationProperties, deadLetterReason: 'MaxDeliveryCountExceeded' },
    };

    expect(parkedFacts(context(triggerMetadata), 'onboarding')).toMatchObject({
      queue: 'onboarding',
      messageId: 'message-1',
      reason: 'MaxDeliveryCountExceeded',
      attempts: 5,
    });
  });
});

describe('when a message was first enqueued', () => {
  const metadata = {
    enqueuedTimeUtc: '2026-03-10T12:00:00',
    applicationProperties: { source: 'onboarding', firstEnqueuedAt: '2026-03-09T08:00:00.000Z' },
  };

  it.each(['onboarding', null])('is kept with it (dead-lettered from %s)', (queue) => {
    expect(parkedFacts(context(metadata), queue).enqueuedAt).toBe('2026-03-09T08:00:00.000Z');
    expect(parkedFacts(new InvocationContext(), queue).enqueuedAt).toBeNull();
  });
});

describe('the app', () => {
  it('says so when it has not started', () => {
    expect(() => theApp()).toThrow('The app has not started');
  });
});
