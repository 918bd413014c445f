import type { Log } from '../domain/log.ts';
import type { Clock, ParkedMessages, ParkedPreview, Queues } from '../domain/ports.ts';
import { homeOf, redriven, type ParkedSelection } from '../domain/redrive.ts';

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
  readonly more: boolean;
}

/** Messages one call works through at the most, so that it ends before anybody loses patience. */
const AT_ONCE = 500;
const BATCH = 100;

/**
 * Sends parked messages back to the queues they came from: sent first, forgotten afterwards, so that whatever breaks off
 * loses none. Throws `Failure` when table or queue fail; what was sent until then is sent.
 */
export function makeRedriveParked(
  deps: HandleParkedDeps,
): (asked: { readonly selection: ParkedSelection; readonly by: string }) => Promise<ParkedHandled> {
  return ({ selection, by }) =>
    throughSelection(deps, selection, async ({ id }) => {
      const message = await deps.parked.read(id);
      if (!message) return 'gone';
      const home = homeOf(message);
      if (!home) return 'homeless';
      const outgoing = redriven(message, deps.clock());
      await deps.queues.send(home, outgoing);
      await deps.parked.remove(id);
      deps.log.info('message.redriven', {
        queue: home,
        messageId: message.messageId,
        sentAs: outgoing.messageId,
        by,
      });
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

type Fate = 'handled' | 'homeless' | 'gone';

async function throughSelection(
  deps: HandleParkedDeps,
  selection: ParkedSelection,
  handle: (message: Pick<ParkedPreview, 'id' | 'queue' | 'messageId'>) => Promise<Fate>,
): Promise<ParkedHandled> {
  const fates: Fate[] = [];
  if ('id' in selection) {
    const message = await deps.parked.read(selection.id);
    if (message) fates.push(await handle({ ...message, id: selection.id }));
    return handledOf(fates, false);
  }
  let after: string | null = null;
  for (;;) {
    const batch: readonly ParkedPreview[] = await deps.parked.page(after, BATCH);
    for (const message of batch) {
      if ('reason' in selection && message.reason !== selection.reason) continue;
      if (fates.length >= AT_ONCE) return handledOf(fates, true);
      fates.push(await handle(message));
    }
    after = batch.at(-1)?.id ?? null;
    if (batch.length < BATCH) return handledOf(fates, false);
  }
}

function handledOf(fates: readonly Fate[], more: boolean): ParkedHandled {
  const count = (fate: Fate) => fates.filter((one) => one === fate).length;
  return { handled: count('handled'), homeless: count('homeless'), more };
}
