import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBroker, type Broker } from '../../../local/broker/broker.ts';
import { makeSettlement } from '../../../local/host/settlement.ts';

let broker: Broker;
let client: ServiceBusClient;

beforeAll(async () => {
  broker = await startBroker({
    queues: {
      work: {
        lockDuration: 'PT1M',
        maxDeliveryCount: 10,
        defaultMessageTimeToLive: 'P1D',
        duplicateDetectionHistoryTimeWindow: null,
      },
    },
    port: 0,
  });
  client = new ServiceBusClient(broker.connectionString);
});

afterAll(async () => {
  await client.close();
  await broker.stop();
});

it('loses no message when one is abandoned in the same turn as its neighbour is completed', async () => {
  const settle = makeSettlement();
  await client.createSender('work').sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }, { body: 4 }]);
  const receiver = client.createReceiver('work');
  const messages = await receiver.receiveMessages(4, { maxWaitTimeInMs: 5_000 });

  await Promise.all(
    messages.map((message, index) =>
      settle(index % 2 === 0, () =>
        index % 2 === 0 ? receiver.completeMessage(message) : receiver.abandonMessage(message),
      ),
    ),
  );

  const again = await receiver.receiveMessages(4, { maxWaitTimeInMs: 1_000 });
  expect(messages).toHaveLength(4);
  expect(again.map(({ body }) => Number(body)).sort()).toEqual([2, 4]);
});
