/** The way out: receiver links, what they are sent, and what they decide about it. */
import type { Delivery, EventContext, Sender } from 'rhea';
import { writeMessage, type Content } from './amqp-message.ts';
import { tagToToken, tokenToTag } from './lock-token.ts';
import type { ExtraProperties, Queue } from './queue.ts';
import { confirm, makeOutlet, refuse, type Outlet } from './rhea-gaps.ts';

export interface Dispatcher {
  /** Serves a receiver link that has just been attached. */
  attach(sender: Sender): void;
  /** Hands out messages while there are any and somebody wants them, to the receivers in turn. */
  dispatch(): void;
}

interface Consumer {
  readonly outlet: Outlet;
  readonly deletes: boolean;
}

/** Makes the dispatcher of one queue. */
export function makeDispatcher(queue: Queue<Content>): Dispatcher {
  let consumers: Consumer[] = [];
  let turn = 0;
  let dispatching = false;

  const nextConsumer = (): Consumer | null => {
    for (let tried = 0; tried < consumers.length; tried += 1) {
      turn = (turn + 1) % consumers.length;
      const consumer = consumers[turn];
      if (consumer && consumer.outlet.credit() > 0) return consumer;
    }
    return null;
  };

  const deliverTo = (consumer: Consumer): boolean => {
    if (consumer.deletes) {
      const message = queue.take();
      if (message) consumer.outlet.send(writeMessage(message, null));
      return message !== null;
    }
    const locked = queue.receive();
    if (!locked) return false;
    const payload = writeMessage(locked.message, locked.lockedUntil);
    consumer.outlet.send(payload, tokenToTag(locked.lockToken));
    return true;
  };

  const dispatch = () => {
    // Looking for a message can make others available, which asks for a dispatch; this one will get to them.
    if (dispatching) return;
    dispatching = true;
    try {
      consumers = consumers.filter((consumer) => consumer.outlet.isOpen());
      let consumer = nextConsumer();
      while (consumer && deliverTo(consumer)) consumer = nextConsumer();
    } finally {
      dispatching = false;
    }
  };

  const settle = (context: EventContext, decide: (lockToken: string, delivery: Delivery) => boolean) => {
    const { delivery } = context;
    if (!delivery || typeof delivery.tag === 'string' || delivery.tag.length !== 16) return;
    if (decide(tagToToken(delivery.tag), delivery)) confirm(delivery);
    else refuse(delivery, 'com.microsoft:message-lock-lost', 'The lock supplied is invalid.');
  };

  return {
    attach: (sender) => {
      const outlet = makeOutlet(sender, dispatch);
      consumers.push({ outlet, deletes: sender.snd_settle_mode === 1 });
      sender.on('accepted', (context: EventContext) => {
        settle(context, (token) => queue.complete(token));
      });
      sender.on('released', (context: EventContext) => {
        settle(context, (token) => queue.abandon(token));
      });
      sender.on('modified', (context: EventContext) => {
        settle(context, (token, delivery) => {
          const changes = asProperties(delivery.remote_state?.['message_annotations']);
          const setAside = delivery.remote_state?.['undeliverable_here'] === true;
          return setAside ? queue.defer(token, changes) : queue.abandon(token, changes);
        });
      });
      sender.on('rejected', (context: EventContext) => {
        settle(context, (token, delivery) => {
          const error = delivery.remote_state?.['error'] as { info?: unknown } | undefined;
          return queue.deadLetter(token, asProperties(error?.info));
        });
      });
    },
    dispatch,
  };
}

/** A client sends null for each reason that it was not given. */
function asProperties(map: unknown): ExtraProperties {
  if (typeof map !== 'object' || map === null) return {};
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null && value !== undefined));
}
