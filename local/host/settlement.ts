import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Lets messages settled in one turn of the event loop have one outcome only. The AMQP client folds consecutive
 * deliveries settled in a turn into one disposition and takes the first one's outcome for all of them: a message
 * abandoned beside a completed one would be completed, and lost.
 */
export function makeSettlement() {
  let ofThisTurn: { readonly outcome: boolean } | null = null;
  return async (outcome: boolean, settle: () => Promise<void>): Promise<void> => {
    while (ofThisTurn && ofThisTurn.outcome !== outcome) await nextTurn();
    if (!ofThisTurn) {
      ofThisTurn = { outcome };
      setImmediate(() => {
        ofThisTurn = null;
      });
    }
    await settle();
  };
}
