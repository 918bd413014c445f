import { useEffect, useState } from 'preact/hooks';
import type { ViewProps } from '../view-props.ts';
import type { Sweep } from '../contract.ts';
import { waitingOf } from '../decisions-view.ts';
import { useAsking } from '../parts/asking.ts';
import { Frame, PageHead, TroubleNote } from '../parts/frame.tsx';
import { overTime } from '../sweep-view.ts';
import { ConfirmSweep } from './confirm-sweep.tsx';
import { Chart } from './sweeps/chart.tsx';
import { SweepTable } from './sweeps/table.tsx';

/** While one is under way, somebody looks on. */
const LOOK_AGAIN_MS = 3_000;

export function SweepsView({ store, session }: ViewProps) {
  const { sweeps, now, client } = store;
  const [confirming, setConfirming] = useState<Sweep | null>(null);
  const start = useAsking<{ sweepId: string }>();
  const items = sweeps.state.value.value ?? [];
  const asked = start.answer && !items.some(({ sweepId }) => sweepId === start.answer?.sweepId);
  const underway = items.some(({ status }) => status === 'running' || status === 'following-up');
  const watching = Boolean(asked) || underway;
  useEffect(() => {
    if (!watching) return;
    const again = setInterval(() => void sweeps.refresh(), LOOK_AGAIN_MS);
    return () => clearInterval(again);
  }, [watching]);
  const sweepNow = async () => {
    if (await start.ask(() => client.send('POST', '/sweeps'))) await sweeps.refresh();
  };
  return (
    <>
      <PageHead title="Sweeps">
        {session.mayOperate && (
          <button type="button" class="button primary" disabled={start.busy} onClick={() => void sweepNow()}>
            {start.busy ? 'Asking…' : 'Sweep now'}
          </button>
        )}
      </PageHead>
      <p class="lead">
        Every night the whole estate is looked at once; what looks worse is proven before it counts.
      </p>
      {start.trouble && <TroubleNote trouble={start.trouble} />}
      {asked && (
        <div class="note good" role="status">
          <div>Asked for. It shows here when it has begun.</div>
        </div>
      )}
      <Frame of={sweeps.state.value} retry={() => void sweeps.refresh()} now={now.value}>
        {(read) =>
          read.length === 0 ? (
            <div class="empty">
              <h2>No sweep yet</h2>
              <p>The first one is a baseline: it tells nobody of what it finds.</p>
            </div>
          ) : (
            <>
              <Chart sweeps={overTime(read)} />
              <SweepTable
                sweeps={read}
                now={now.value}
                held={waitingOf({ sweeps: read, found: null, roles: null }).held}
                confirm={session.mayOperate ? setConfirming : null}
              />
            </>
          )
        }
      </Frame>
      {confirming && (
        <ConfirmSweep
          client={client}
          sweep={confirming}
          close={() => setConfirming(null)}
          done={() => void sweeps.refresh()}
        />
      )}
    </>
  );
}
