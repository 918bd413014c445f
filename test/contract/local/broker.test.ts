/** The dev broker as the real Service Bus client sees it. */
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isServiceBusError, type ServiceBusReceivedMessage } from '@azure/service-bus';
import rhea, { type Delivery, type EventContext } from 'rhea';
import { describe, expect, it } from 'vitest';
import { startBroker } from '../../../local/broker/broker.ts';
import { startTestQueue, until } from '../../support/broker.ts';

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'worked',
    (error: unknown) => (isServiceBusError(error) ? error.code : error),
  );

const bodies = (messages: readonly ServiceBusReceivedMessage[]) =>
  messages.map((message): unknown => message.body);

describe('sending and receiving', () => {
  it('delivers a message once; completed, it is gone', async () => {
    const { sender, receiver, receiveOne, stats } = await startTestQueue();
    await sender.sendMessages({ body: { hello: 'world' } });

    const message = await receiveOne();
    expect(message.body).toEqual({ hello: 'world' });
    expect(message.deliveryCount).toBe(0);
    await receiver.completeMessage(message);

    expect(stats()).toEqual({
      active: 0,
      locked: 0,
      scheduled: 0,
      deferred: 0,
      deadLettered: 0,
      nextScheduledAt: null,
      accepted: 1,
      completed: 1,
      duplicates: 0,
    });
  });

  it('keeps every property of a message, and the types of application properties', async () => {
    const { sender, receiveOne } = await startTestQueue();
    const before = Date.now();
    await sender.sendMessages({
      body: { a: 1 },
      messageId: 'tenant~sweep~0',
      correlationId: 'correlation',
      contentType: 'application/cloudevents+json',
      subject: 'subject',
      to: 'to',
      replyTo: 'reply',
      partitionKey: 'part',
      sessionId: 'part',
      replyToSessionId: 'other',
      timeToLive: 60_000,
      applicationProperties: { text: 'tæxt', whole: 42, negative: -7, real: 1.5, yes: true, no: false },
    });

    const message = await receiveOne();

    expect(message).toMatchObject({
      body: { a: 1 },
      messageId: 'tenant~sweep~0',
      correlationId: 'correlation',
      contentType: 'application/cloudevents+json',
      subject: 'subject',
      to: 'to',
      replyTo: 'reply',
      partitionKey: 'part',
      sessionId: 'part',
      replyToSessionId: 'other',
      timeToLive: 60_000,
      state: 'active',
      applicationProperties: { text: 'tæxt', whole: 42, negative: -7, real: 1.5, yes: true, no: false },
    });
    expect(message.sequenceNumber?.toNumber()).toBe(1);
    expect(message.enqueuedSequenceNumber).toBe(1);
    expect(message.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(before);
    expect(message.lockedUntilUtc?.getTime()).toBeGreaterThanOrEqual(before + 30_000);
    expect(message.expiresAtUtc?.getTime()).toBe((message.enqueuedTimeUtc?.getTime() ?? 0) + 60_000);
    expect(message.lockToken).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['of no bytes', Buffer.alloc(0)],
    ['of every byte there is', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
    ['of 200 KB', Buffer.alloc(200_000, 'pal-autopilot ')],
  ])('returns a body %s byte for byte', async (_name, body) => {
    const { sender, receiveOne } = await startTestQueue();
    await sender.sendMessages({ body });

    const message = await receiveOne();

    expect(Buffer.isBuffer(message.body)).toBe(true);
    expect(Buffer.compare(Buffer.from(message.body), body)).toBe(0);
  });

  it('gives a message an id when the sender gave none', async () => {
    const { sender, receiveOne } = await startTestQueue();
    await sender.sendMessages({ body: 'no id', subject: 'kept' });

    const message = await receiveOne();

    expect(message.messageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(message.subject).toBe('kept');
    expect(message.body).toBe('no id');
  });

  it('takes a batch apart, in order, each message with its own properties', async () => {
    const { sender, receive } = await startTestQueue();
    const batch = await sender.createMessageBatch();
    for (const n of [1, 2, 3]) {
      expect(batch.tryAddMessage({ body: { n }, messageId: `m-${n}`, applicationProperties: { n } })).toBe(
        true,
      );
    }
    await sender.sendMessages(batch);
    await sender.sendMessages([{ body: { n: 4 }, messageId: 'm-4', applicationProperties: { n: 4 } }]);

    const messages = await receive(4);

    expect(bodies(messages)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
    expect(messages.map((message) => message.messageId)).toEqual(['m-1', 'm-2', 'm-3', 'm-4']);
    expect(messages.map((message) => message.applicationProperties)).toEqual([
      { n: 1 },
      { n: 2 },
      { n: 3 },
      { n: 4 },
    ]);
  });

  it('refuses a message over 256 KB', async () => {
    const { sender, stats } = await startTestQueue();

    const code = await codeOf(sender.sendMessages({ body: Buffer.alloc(262_145) }));

    expect(code).toBe('MessageSizeExceeded');
    expect(stats().accepted).toBe(0);
  });

  it('deletes a message on receipt when the receiver asks for that', async () => {
    const { client, sender, stats } = await startTestQueue();
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = client.createReceiver('work', { receiveMode: 'receiveAndDelete' });

    const messages = await receiver.receiveMessages(2, { maxWaitTimeInMs: 1_000 });

    expect(bodies(messages)).toEqual([1, 2]);
    expect(stats()).toMatchObject({ active: 0, locked: 0, completed: 2 });
  });

  it('answers a receiver that waits in vain, and serves it when it asks again', async () => {
    const { sender, receive } = await startTestQueue();

    expect(await receive(5, 50)).toEqual([]);
    await sender.sendMessages({ body: 'late' });

    expect(bodies(await receive(1))).toEqual(['late']);
  });

  it('answers at once when a receiver gives its credit back', async () => {
    const { receive } = await startTestQueue();
    await receive(1, 1);
    const before = Date.now();

    // A client that hears nothing waits 200 ms each time, then closes the link.
    for (let i = 0; i < 10; i += 1) await receive(1, 1);

    expect(Date.now() - before).toBeLessThan(1_500);
  });

  it('says that a queue does not exist, to senders and receivers', async () => {
    const { client } = await startTestQueue();

    expect(await codeOf(client.createSender('nowhere').sendMessages({ body: 1 }))).toBe(
      'MessagingEntityNotFound',
    );
    expect(await codeOf(client.createReceiver('nowhere').receiveMessages(1))).toBe('MessagingEntityNotFound');
    expect(await codeOf(client.createReceiver('nowhere').peekMessages(1))).toBe('MessagingEntityNotFound');
  });

  it('finds a queue and its dead letters whatever the case of the name', async () => {
    const { client } = await startTestQueue();

    await client.createSender('WORK').sendMessages({ body: 1 });

    const [message] = await client.createReceiver('Work').receiveMessages(1);
    expect(message?.body).toBe(1);
    expect(await client.createReceiver('work/$deadletterQUEUE').peekMessages(1)).toEqual([]);
  });

  it('shares messages among receivers, none of them twice', async () => {
    const { client, sender } = await startTestQueue();
    const receivers = [1, 2, 3].map(() => client.createReceiver('work', { receiveMode: 'receiveAndDelete' }));
    const receiving = receivers.map((receiver) => receiver.receiveMessages(20, { maxWaitTimeInMs: 500 }));
    await sleep(100);
    await sender.sendMessages(Array.from({ length: 30 }, (_, n) => ({ body: n })));

    const shares = await Promise.all(receiving);

    expect(shares.map((share) => share.length)).toEqual([10, 10, 10]);
    expect(new Set(bodies(shares.flat())).size).toBe(30);
  });

  it('survives a receiver that asks for more than a session can hold unsettled', async () => {
    const { sender, receiver, receive, stats } = await startTestQueue();
    for (let start = 0; start < 3_000; start += 500) {
      await sender.sendMessages(Array.from({ length: 500 }, (_, n) => ({ body: start + n })));
    }

    while (stats().completed < 3_000) {
      const messages = await receive(3_000);
      await Promise.all(messages.map((message) => receiver.completeMessage(message)));
    }

    expect(stats()).toMatchObject({ active: 0, locked: 0, accepted: 3_000, completed: 3_000 });
  });
});

describe('a bare AMQP client', () => {
  it('is sent the rest of what it wants when it settles what it has', async () => {
    const { broker, sender, stats } = await startTestQueue();
    for (let start = 0; start < 2_500; start += 500) {
      await sender.sendMessages(Array.from({ length: 500 }, (_, n) => ({ body: start + n })));
    }
    const connection = rhea
      .create_container()
      .connect({ host: '127.0.0.1', port: broker.port, reconnect: false, username: 'anonymous' });
    const receiver = connection.open_receiver({ source: 'work', credit_window: 0, autoaccept: false });
    const held: Delivery[] = [];
    receiver.on('message', ({ delivery }: EventContext) => {
      if (delivery) held.push(delivery);
    });
    receiver.add_credit(2_500);
    await until(() => held.length === 2_048);

    for (const delivery of held) delivery.accept();

    await until(() => held.length === 2_500);
    await until(() => stats().completed === 2_048);
    expect(stats()).toMatchObject({ active: 0, locked: 452 });
    connection.close();
  });
});

describe('settlement', () => {
  it('delivers an abandoned message again at once, counted and with what the holder changed', async () => {
    const { sender, receiver, receiveOne } = await startTestQueue();
    await sender.sendMessages({ body: 'a', applicationProperties: { kept: 1.5 } });

    await receiver.abandonMessage(await receiveOne(), { note: 'again' });

    const message = await receiveOne();
    expect(message.deliveryCount).toBe(1);
    expect(message.applicationProperties).toEqual({ kept: 1.5, note: 'again' });
  });

  it('dead-letters with reason and description, to be received and completed there', async () => {
    const { sender, receiver, deadLetters, receiveOne, stats } = await startTestQueue();
    await sender.sendMessages({ body: 'bad', messageId: 'm-1', applicationProperties: { kept: true } });

    await receiver.deadLetterMessage(await receiveOne(), {
      deadLetterReason: 'unparsable',
      deadLetterErrorDescription: 'no tenant id',
    });
    expect(stats()).toMatchObject({ active: 0, deadLettered: 1 });

    const message = await receiveOne(deadLetters);
    expect(message).toMatchObject({
      body: 'bad',
      messageId: 'm-1',
      deadLetterReason: 'unparsable',
      deadLetterErrorDescription: 'no tenant id',
      deadLetterSource: 'work',
      applicationProperties: { kept: true },
    });
    await deadLetters.completeMessage(message);
    expect(stats().deadLettered).toBe(0);
  });

  it('dead-letters by itself after the last delivery', async () => {
    const { sender, receiver, deadLetters, receive, receiveOne } = await startTestQueue({
      maxDeliveryCount: 2,
    });
    await sender.sendMessages({ body: 'poison' });

    await receiver.abandonMessage(await receiveOne());
    await receiver.abandonMessage(await receiveOne());

    expect(await receive(1, 50)).toEqual([]);
    expect(await receiveOne(deadLetters)).toMatchObject({
      body: 'poison',
      deliveryCount: 2,
      deadLetterReason: 'MaxDeliveryCountExceeded',
      deadLetterSource: 'work',
    });
  });

  it('sets a deferred message aside until it is asked for by number', async () => {
    const { sender, receiver, receive, receiveOne, stats } = await startTestQueue();
    await sender.sendMessages({ body: 'later' });
    const first = await receiveOne();
    const number = first.sequenceNumber!;
    await receiver.deferMessage(first, { why: 'not yet' });
    expect(await receive(1, 50)).toEqual([]);
    expect(stats()).toMatchObject({ active: 0, deferred: 1 });

    const [message] = await receiver.receiveDeferredMessages(number);
    expect(message).toMatchObject({
      body: 'later',
      state: 'deferred',
      applicationProperties: { why: 'not yet' },
    });
    await receiver.completeMessage(message!);

    expect(stats()).toMatchObject({ deferred: 0, locked: 0, completed: 1 });
    expect(await codeOf(receiver.receiveDeferredMessages(number))).toBe('MessageNotFound');
  });

  it('abandons, defers again and dead-letters a message that was received by number', async () => {
    const { sender, receiver, deadLetters, receiveOne } = await startTestQueue();
    await sender.sendMessages({ body: 'a' });
    const first = await receiveOne();
    const number = first.sequenceNumber!;
    const again = async () => (await receiver.receiveDeferredMessages(number))[0]!;
    await receiver.deferMessage(first);

    await receiver.abandonMessage(await again());
    await receiver.deferMessage(await again(), { step: 2 });
    const last = await again();
    expect(last.deliveryCount).toBe(1);
    await receiver.deadLetterMessage(last, {
      deadLetterReason: 'given up',
      deadLetterErrorDescription: 'too often',
    });

    expect(await receiveOne(deadLetters)).toMatchObject({
      deadLetterReason: 'given up',
      applicationProperties: { step: 2 },
    });
  });

  it('settles a hundred messages at once, each in its own way', async () => {
    const { sender, receiver, receive, stats } = await startTestQueue({ maxDeliveryCount: 1 });
    await sender.sendMessages(Array.from({ length: 100 }, (_, n) => ({ body: n })));
    const messages: ServiceBusReceivedMessage[] = [];
    while (messages.length < 100) messages.push(...(await receive(100)));

    for (const message of messages) {
      // The client merges unlike dispositions of one turn, so each kind has a turn of its own.
      const odd = Number(message.body) % 2 === 1;
      await (odd ? receiver.completeMessage(message) : receiver.abandonMessage(message));
    }

    expect(stats()).toMatchObject({ active: 0, locked: 0, completed: 50, deadLettered: 50 });
  });
});

describe('locks', () => {
  it('count an expired lock as a failed delivery and refuse its late holder', async () => {
    const { sender, receiver, receiveOne, stats } = await startTestQueue({ lockDuration: 'PT0.2S' });
    await sender.sendMessages({ body: 'slow' });
    const late = await receiveOne();
    await until(() => stats().active === 1);

    expect(await codeOf(receiver.completeMessage(late))).toBe('MessageLockLost');
    expect(await codeOf(receiver.renewMessageLock(late))).toBe('MessageLockLost');

    expect((await receiveOne()).deliveryCount).toBe(1);
    expect(stats()).toMatchObject({ locked: 1, completed: 0 });
  });

  it('refuses late holders and believes punctual ones, though they answer in the same breath', async () => {
    const { sender, receiver, receive, stats } = await startTestQueue({ lockDuration: 'PT0.6S' });
    await sender.sendMessages([0, 1, 2, 3].map((n) => ({ body: n })));
    const messages = await receive(4);
    const [a, b, c, d] = messages;
    await receiver.renewMessageLock(a!);
    await sleep(200);
    await receiver.renewMessageLock(a!);
    await receiver.renewMessageLock(c!);
    await until(() => stats().active === 2);

    const codes = await Promise.all([a!, b!, c!, d!].map((m) => codeOf(receiver.completeMessage(m))));

    expect(codes).toEqual(['worked', 'MessageLockLost', 'worked', 'MessageLockLost']);
    expect(stats()).toMatchObject({ completed: 2, active: 2 });
  });

  it('last longer when they are renewed', async () => {
    const { sender, receiver, receiveOne, stats } = await startTestQueue({ lockDuration: 'PT0.3S' });
    await sender.sendMessages({ body: 'slow' });
    const message = await receiveOne();
    const firstUntil = message.lockedUntilUtc?.getTime() ?? 0;

    for (let i = 0; i < 3; i += 1) {
      await sleep(150);
      expect((await receiver.renewMessageLock(message)).getTime()).toBeGreaterThan(firstUntil);
    }
    await receiver.completeMessage(message);

    expect(stats()).toMatchObject({ completed: 1, active: 0 });
  });

  it('stay when the receiver goes away, until they expire', async () => {
    const { client, sender, receiver, receiveOne, stats } = await startTestQueue({ lockDuration: 'PT0.4S' });
    await sender.sendMessages({ body: 'a' });
    await receiveOne();
    await receiver.close();
    expect(stats()).toMatchObject({ active: 0, locked: 1 });

    await until(() => stats().active === 1);

    expect((await receiveOne(client.createReceiver('work'))).deliveryCount).toBe(1);
  });
});

describe('time', () => {
  it('delivers a message scheduled on a plain send when its time comes, not before', async () => {
    const { sender, receive, receiveOne, stats } = await startTestQueue();
    const due = new Date(Date.now() + 300);
    await sender.sendMessages({ body: 'later', scheduledEnqueueTimeUtc: due, messageId: 'id' });
    expect(stats()).toMatchObject({ active: 0, scheduled: 1, nextScheduledAt: due.toISOString() });
    expect(await receive(1, 50)).toEqual([]);

    const message = await receiveOne();

    expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
    expect(message).toMatchObject({
      body: 'later',
      messageId: 'id',
      scheduledEnqueueTimeUtc: due,
      state: 'active',
    });
    expect(message.sequenceNumber?.toNumber()).toBe(2);
    expect(message.enqueuedSequenceNumber).toBe(1);
    expect(message.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(due.getTime());
  });

  it('delivers a message scheduled for the past at once', async () => {
    const { sender, receiveOne } = await startTestQueue();

    await sender.sendMessages({ body: 'now', scheduledEnqueueTimeUtc: new Date('2020-01-01T00:00:00Z') });

    expect((await receiveOne()).body).toBe('now');
  });

  it('schedules several messages in one operation and cancels one of them', async () => {
    const { sender, receiver, receive, stats } = await startTestQueue();
    const due = new Date(Date.now() + 300);
    const numbers = await sender.scheduleMessages([{ body: 1 }, { body: 2 }, { body: 3 }], due);
    expect(numbers.map((number) => number.toNumber())).toEqual([1, 2, 3]);
    expect((await receiver.peekMessages(3)).map((message) => message.state)).toEqual([
      'scheduled',
      'scheduled',
      'scheduled',
    ]);

    await sender.cancelScheduledMessages(numbers[1]!);

    expect(await codeOf(sender.cancelScheduledMessages(numbers[1]!))).toBe('MessageNotFound');
    await until(() => stats().active === 2);
    expect(bodies(await receive(2))).toEqual([1, 3]);
  });

  it('drops a message whose time to live is over', async () => {
    const { sender, receive, stats } = await startTestQueue({ defaultMessageTimeToLive: 'PT1H' });
    await sender.sendMessages([{ body: 'short', timeToLive: 100 }, { body: 'long' }]);

    await until(() => stats().active === 1);

    const messages = await receive(1);
    expect(bodies(messages)).toEqual(['long']);
    expect(messages[0]?.timeToLive).toBe(3_600_000);
  });

  it('accepts and drops a message id seen within the window, however it comes', async () => {
    const { sender, receive, stats } = await startTestQueue({
      duplicateDetectionHistoryTimeWindow: 'PT0.4S',
    });
    await sender.sendMessages({ body: 1, messageId: 'id' });
    await sender.sendMessages({ body: 2, messageId: 'id' });
    await sender.sendMessages([
      { body: 3, messageId: 'id' },
      { body: 4, messageId: 'other' },
    ]);
    await sender.scheduleMessages({ body: 5, messageId: 'id' }, new Date(Date.now() + 60_000));
    expect(stats()).toMatchObject({ accepted: 2, duplicates: 3, scheduled: 0 });

    await sleep(450);
    await sender.sendMessages({ body: 6, messageId: 'id' });

    expect(bodies(await receive(3))).toEqual([1, 4, 6]);
  });
});

describe('peeking', () => {
  it('shows messages in every state, in order, from where the last peek ended, without touching them', async () => {
    const { sender, receiver, receiveOne, stats } = await startTestQueue();
    await sender.sendMessages([1, 2, 3].map((n) => ({ body: n, applicationProperties: { n } })));
    await receiver.deferMessage(await receiveOne());
    await receiveOne();
    await sender.scheduleMessages({ body: 4 }, new Date(Date.now() + 60_000));

    const [first, second, none] = [
      await receiver.peekMessages(2),
      await receiver.peekMessages(10),
      await receiver.peekMessages(10),
    ];

    expect(bodies(first)).toEqual([1, 2]);
    expect(bodies(second)).toEqual([3, 4]);
    expect([...first, ...second].map((message) => message.state)).toEqual([
      'deferred',
      'active',
      'active',
      'scheduled',
    ]);
    expect(none).toEqual([]);
    expect(stats()).toMatchObject({ active: 1, locked: 1, deferred: 1, scheduled: 1 });
  });

  it('shows dead letters', async () => {
    const { sender, receiver, deadLetters, receiveOne } = await startTestQueue();
    await sender.sendMessages({ body: 'bad' });
    await receiver.deadLetterMessage(await receiveOne(), {
      deadLetterReason: 'because',
      deadLetterErrorDescription: 'of this',
    });

    const [message] = await deadLetters.peekMessages(5);

    expect(message).toMatchObject({ body: 'bad', deadLetterReason: 'because' });
  });
});

describe('a subscription', () => {
  it('handles 5,000 messages through one receiver, completing each', async () => {
    const { sender, receiver, stats } = await startTestQueue();
    for (let start = 0; start < 5_000; start += 500) {
      await sender.sendMessages(Array.from({ length: 500 }, (_, n) => ({ body: start + n })));
    }
    const handled = new Set<unknown>();

    receiver.subscribe(
      {
        processMessage: (message) => {
          handled.add(message.body);
          return Promise.resolve();
        },
        processError: () => Promise.resolve(),
      },
      { maxConcurrentCalls: 64 },
    );
    await until(() => stats().completed === 5_000);

    expect(handled.size).toBe(5_000);
    expect(stats()).toMatchObject({ active: 0, locked: 0, deadLettered: 0 });
  });

  it('never has more messages at work than it wants', async () => {
    const { sender, receiver, stats } = await startTestQueue();
    await sender.sendMessages(Array.from({ length: 40 }, (_, n) => ({ body: n })));
    let atWork = 0;
    let most = 0;

    receiver.subscribe(
      {
        processMessage: async () => {
          most = Math.max(most, (atWork += 1));
          await sleep(10);
          atWork -= 1;
        },
        processError: () => Promise.resolve(),
      },
      { maxConcurrentCalls: 8 },
    );
    await until(() => stats().completed === 40);

    expect(most).toBe(8);
  });

  it('gets a message again at once when its handler throws, until it is dead-lettered', async () => {
    const { sender, receiver, deadLetters, receiveOne, stats } = await startTestQueue();
    const deliveries: unknown[] = [];
    await sender.sendMessages({ body: 'poison', messageId: 'tenant~1e5~0' });

    receiver.subscribe({
      processMessage: (message) => {
        deliveries.push([message.messageId, message.deliveryCount]);
        throw new Error('no');
      },
      processError: () => Promise.resolve(),
    });
    await until(() => stats().deadLettered === 1);

    expect(deliveries).toEqual([
      ['tenant~1e5~0', 0],
      ['tenant~1e5~0', 1],
      ['tenant~1e5~0', 2],
    ]);
    expect(await receiveOne(deadLetters)).toMatchObject({ deadLetterReason: 'MaxDeliveryCountExceeded' });
  });

  it('is woken by a message that arrives later, and by none after it has closed', async () => {
    const { sender, receiver, stats } = await startTestQueue();
    const seen: unknown[] = [];
    const subscription = receiver.subscribe({
      processMessage: (message) => {
        seen.push(message.body);
        return Promise.resolve();
      },
      processError: () => Promise.resolve(),
    });
    await sleep(50);
    await sender.sendMessages({ body: 'first' });
    await until(() => stats().completed === 1);

    await subscription.close();
    await sender.sendMessages({ body: 'second' });
    await sleep(50);

    expect(seen).toEqual(['first']);
    expect(stats()).toMatchObject({ active: 1, locked: 0 });
  });
});

describe('starting', () => {
  it('says which port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;

    const starting = startBroker({ queues: {}, port });

    await expect(starting).rejects.toThrow(`Service Bus dev broker: port ${port} is already in use`);
    other.close();
  });
});
