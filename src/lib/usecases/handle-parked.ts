import { isRejected } from '../domain/failure.ts';
import type { Log } from '../domain/log.ts';
import type {
  Clock,
  OutgoingMessage,
  ParkedMessages,
  ParkedPreview,
  QueueName,
  Queues,
} from '../domain/ports.ts';
import { homeOf, redriven, withoutLineage, type ParkedSelection } from '../domain/redrive.ts';

export interface HandleParkedDeps {
  readonly parked: ParkedMessages;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly log: Log;
}

/** What became of a selection; what is left over is for the next call. */
export interface ParkedHandled {
  readonly handled: number;
  /** Messages whose queue nobody knows: they can be discarded, not sent. */
  readonly homeless: number;
  /** Messages their queue does not take: they stay parked, and keep nobody behind them waiting. */
  readonly refused: number;
  readonly more: boolean;
}

/**
 * Messages one call handles at the most, so that it ends before anybody loses patience. Those it can do nothing about do
 * not count: they come first at every call, and would keep it from what lies behind them.
 */
const AT_ONCE = 500;
const BATCH = 100;

/**
 * Sends parked messages back to the queues they came from: sent first, forgotten afterwards, so that whatever breaks off
 * loses none. A message its queue refuses is left and counted. Throws `Failure` when table or queue fail; what was sent
 * until then is sent.
 */
export function makeRedriveParked(
  deps: HandleParkedDeps & { readonly digest: (text: string) => string },
): (asked: { readonly selection: ParkedSelection; readonly by: string }) => Promise<ParkedHandled> {
  return ({ selection, by }) =>
    throughSelection(deps, selection, async ({ id, queue, messageId }) => {
      const home = homeOf({ queue });
      if (!home) return 'homeless';
      const message = await deps.parked.read(id);
      if (!message) return 'gone';
      const outgoing = redriven(message, deps.clock(), deps.digest);
      const facts = { queue: home, messageId, sentAs: outgoing.messageId, by };
      if (!(await takes(deps.queues, home, outgoing))) {
        deps.log.warn('message.redrive-refused', facts);
        return 'refused';
      }
      await deps.parked.remove(id);
      deps.log.info('message.redriven', facts);
      return 'handled';
    });
}

/** Takes parked messages out of the way, kept whole with who did so and why. Throws `Failure` when a table fails. */
export function makeDiscardParked(
  deps: HandleParkedDeps,
): (asked: {
  readonly selection: ParkedSelection;
  readonly by: string;
  readonly why: string;
}) => Promise<ParkedHandled> {
  return ({ selection, by, why }) =>
    throughSelection(deps, selection, async ({ id, queue, messageId }) => {
      const at = deps.clock().toISOString();
      if (!(await deps.parked.discard(id, { by, why, at }))) return 'gone';
      deps.log.info('message.discarded', { queue, messageId, by });
      return 'handled';
    });
}

/** Whether the queue takes the message, without the ids of its past where it does not take it with them. */
async function takes(queues: Queues, home: QueueName, message: OutgoingMessage): Promise<boolean> {
  for (const one of [message, withoutLineage(message)]) {
    try {
      await queues.send(home, one);
      return true;
    } catch (error) {
      if (!isRejected(error)) throw error;
    }
  }
  return false;
}

type Fate = 'handled' | 'homeless' | 'refused' | 'gone';

async function throughSelection(
  deps: HandleParkedDeps,
  selection: ParkedSelection,
  handle: (message: Pick<ParkedPreview, 'id' | 'queue' | 'messageId'>) => Promise<Fate>,
): Promise<ParkedHandled> {
  const fates = { handled: 0, homeless: 0, refused: 0, gone: 0 };
  if ('id' in selection) {
    const message = await deps.parked.read(selection.id);
    if (message) fates[await handle({ ...message, id: selection.id })] += 1;
    return handledOf(fates, false);
  }
  let after: string | null = null;
  for (;;) {
    const batch: readonly ParkedPreview[] = await deps.parked.page(after, BATCH);
    for (const message of batch) {
      if ('reason' in selection && message.reason !== selection.reason) continue;
      if (fates.handled >= AT_ONCE) return handledOf(fates, true);
      fates[await handle(message)] += 1;
    }
    after = batch.at(-1)?.id ?? null;
    if (batch.length < BATCH) return handledOf(fates, false);
  }
}

function handledOf({ handled, homeless, refused }: Record<Fate, number>, more: boolean): ParkedHandled {
  return { handled, homeless, refused, more };
}
