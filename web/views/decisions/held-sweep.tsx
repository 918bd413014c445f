import { useState } from 'preact/hooks';
import { waitingOf } from '../../decisions-view.ts';
import { Age } from '../../parts/age.tsx';
import { Frame } from '../../parts/frame.tsx';
import type { ViewProps } from '../../view-props.ts';
import { count } from '../../words.ts';
import { ConfirmSweep } from '../confirm-sweep.tsx';

/** A sweep that does not believe itself. */
export function HeldSweep({ store, session }: ViewProps) {
  const { sweeps, now, client } = store;
  const [asking, setAsking] = useState(false);
  return (
    <section class="card">
      <h2>Bad news held back</h2>
      <Frame of={sweeps.state.value} retry={() => void sweeps.refresh()} now={now.value} lines={2}>
        {(items) => {
          const { held } = waitingOf({ sweeps: items, found: null, roles: null });
          // The dialog tells the outcome, so it stays when there is nothing to confirm any more.
          const sweep = held ?? items.find(({ confirmed }) => confirmed) ?? null;
          return (
            <>
              {held ? (
                <div class="decide">
                  <p>
                    The sweep begun <Age at={held.startedAt} now={now.value} /> saw{' '}
                    <b>{count(held.heldScopes, 'earning scope')}</b> lost at once, more than is usual. They
                    stand as they were until somebody confirms it, or the next sweep says the same.
                  </p>
                  {session.mayOperate && (
                    <button type="button" class="button" onClick={() => setAsking(true)}>
                      Confirm…
                    </button>
                  )}
                </div>
              ) : (
                <p class="calm">Nothing. A sweep that sees too much lost at once would wait here.</p>
              )}
              {asking && sweep && (
                <ConfirmSweep
                  client={client}
                  sweep={sweep}
                  close={() => setAsking(false)}
                  done={() => void sweeps.refresh()}
                />
              )}
            </>
          );
        }}
      </Frame>
    </section>
  );
}
