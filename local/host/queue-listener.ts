/** Receives for queue-triggered functions: peek-lock, complete when the function returned, abandon when it threw. */
import { messageInput, type BusMessage } from './bus-message.ts';
import type { ServiceBusOptions } from './host-json.ts';
import { makeInFlight } from './in-flight.ts';
import type { Invoke } from './invocation.ts';
import type { Log } from './log.ts';
import { keepLocked } from './message-lock.ts';
import { makeSettlement } from './settlement.ts';
import type { QueueTrigger } from './trigger.ts';

/** What this host needs of the Service Bus SDK's receiver. */
export interface BusReceiver {
  subscribe(
    handlers: {
      processMessage(message: BusMessage): Promise<void>;
      processError(args: { error: Error; errorSource: string }): Promise<void>;
    },
    options: { autoCompleteMessages: false; maxConcurrentCalls: number },
  ): { close(): Promise<void> };
  completeMessage(message: BusMessage): Promise<void>;
  abandonMessage(message: BusMessage): Promise<void>;
  renewMessageLock(message: BusMessage): Promise<Date>;
  close(): Promise<void>;
}

/** What this host needs of the Service Bus SDK's client; one is made per connection string. */
export interface BusClient {
  createReceiver(
    queueName: string,
    options: {
      receiveMode: 'peekLock';
      subQueueType?: 'deadLetter';
      skipParsingBodyAsJson: true;
      skipConvertingDate: true;
      maxAutoLockRenewalDurationInMs: 0;
    },
  ): BusReceiver;
  close(): Promise<void>;
}

interface QueueListenerDeps {
  readonly triggers: readonly QueueTrigger[];
  readonly makeClient: (connectionString: string) => BusClient;
  readonly invoke: Invoke;
  readonly options: ServiceBusOptions;
  readonly log: Log;
}

interface QueueListener {
  start(): void;
  /** Stops taking messages; those taken already run on. */
  stopReceiving(): Promise<void>;
  /** Waits until the messages taken are settled; false when that takes longer than `timeoutMs`. */
  drain(timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

const deadLetterSuffix = /\/\$deadletterqueue$/i;

/** Makes the listener for all queue triggers of an app; nothing is received before `start`. */
export function makeServiceBusListener(deps: QueueListenerDeps): QueueListener {
  const { options } = deps;
  if (!options.autoCompleteMessages) {
    throw new Error('host.json: autoCompleteMessages: false is not supported by the local host');
  }
  if (options.prefetchCount > 0) {
    const message = 'host.json: prefetchCount has no effect: the JavaScript SDK does not prefetch';
    deps.log({ level: 'warning', category: 'host', message });
  }

  const clients = new Map<string, BusClient>();
  const clientFor = (connectionString: string) => {
    const client = clients.get(connectionString) ?? deps.makeClient(connectionString);
    clients.set(connectionString, client);
    return client;
  };
  const receivers = deps.triggers.map((trigger) => ({
    trigger,
    receiver: makeReceiver(clientFor(trigger.connectionString), trigger.queueName),
  }));
  const subscriptions: { close(): Promise<void> }[] = [];
  const handling = makeInFlight();
  let stopping = false;

  return {
    start: () => {
      for (const { trigger, receiver } of receivers) {
        const report = reporter(deps.log, trigger);
        const settle = makeSettlement();
        const handle = (message: BusMessage) =>
          handleMessage(deps, trigger, receiver, message, report, settle);
        const subscription = receiver.subscribe(
          {
            processMessage: (message) => handling.track(handle(message)),
            processError: ({ error, errorSource }) => {
              // A receiver that is told to stop reports that as an error too.
              if (!stopping) report('error', errorSource, error);
              return Promise.resolve();
            },
          },
          { autoCompleteMessages: false, maxConcurrentCalls: options.maxConcurrentCalls },
        );
        subscriptions.push(subscription);
      }
    },
    stopReceiving: async () => {
      stopping = true;
      await Promise.allSettled(subscriptions.map((subscription) => subscription.close()));
    },
    drain: (timeoutMs) => handling.drain(timeoutMs),
    close: async () => {
      await Promise.allSettled([...clients.values()].map((client) => client.close()));
    },
  };
}

function makeReceiver(client: BusClient, queueName: string): BusReceiver {
  return client.createReceiver(queueName.replace(deadLetterSuffix, ''), {
    receiveMode: 'peekLock',
    ...(deadLetterSuffix.test(queueName) && { subQueueType: 'deadLetter' }),
    skipParsingBodyAsJson: true,
    skipConvertingDate: true,
    maxAutoLockRenewalDurationInMs: 0,
  });
}

type Report = (level: 'warning' | 'error', what: string, error: unknown) => void;

function reporter(log: Log, { functionName, queueName }: QueueTrigger): Report {
  return (level, what, error) =>
    log({ level, category: 'host', functionName, message: `${queueName}: ${what}: ${String(error)}` });
}

/** Never rejects: what goes wrong is in the log, and the message comes again. */
async function handleMessage(
  { invoke, options }: QueueListenerDeps,
  trigger: QueueTrigger,
  receiver: BusReceiver,
  message: BusMessage,
  report: Report,
  settle: ReturnType<typeof makeSettlement>,
): Promise<void> {
  const unlock = keepLocked(
    message,
    () => receiver.renewMessageLock(message),
    options.maxAutoLockRenewalMs,
    (error) => report('warning', 'the lock could not be renewed', error),
  );
  const succeeded = await run(invoke, trigger, message, report);
  unlock();
  try {
    await settle(succeeded, () =>
      succeeded ? receiver.completeMessage(message) : receiver.abandonMessage(message),
    );
  } catch (error) {
    report('error', `the message could not be ${succeeded ? 'completed' : 'abandoned'}`, error);
  }
}

async function run(
  invoke: Invoke,
  trigger: QueueTrigger,
  message: BusMessage,
  report: Report,
): Promise<boolean> {
  try {
    await invoke(trigger.functionName, messageInput(message, trigger.binary));
    return true;
  } catch (error) {
    report('warning', `message ${String(message.messageId)} is abandoned`, error);
    return false;
  }
}
