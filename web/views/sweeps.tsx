import { useState } from 'preact/hooks';
import type { ViewProps } from '../view-props.ts';
import { areasOf } from '../chart-view.ts';
import type { Client } from '../client.ts';
import type { Sweep } from '../contract.ts';
import { Age } from '../parts/age.tsx';
import { useAsking } from '../parts/asking.ts';
import { Chip, Shape } from '../parts/chip.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Frame, PageHead, TroubleNote } from '../parts/frame.tsx';
import { overTime } from '../sweep-view.ts';
import { count, exactly, lasting, states, type Tone } from '../words.ts';

const STATUS: Readonly<Record<Sweep['status'], { readonly tone: Tone; readonly name: string }>> = {
  finished: { tone: 'good', name: 'Finished' },
  running: { tone: 'waiting', name: 'Running' },
  'following-up': { tone: 'waiting', name: 'Following up' },
  skipped: { tone: 'quiet', name: 'Skipped' },
};

export function SweepsView({ store, session }: ViewProps) {
  const { sweeps, now, client } = store;
  const [confirming, setConfirming] = useState<Sweep | null>(null);
  const start = useAsking<{ sweepId: string }>();
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
      {start.trouble && <TroubleNote trouble={start.trouble} />}
      {start.answer && (
        <div class="note good" role="status">
          <div>Asked for. It shows here when it has begun.</div>
          <button type="button" class="button" onClick={() => void sweeps.refresh()}>
            Refresh
          </button>
        </div>
      )}
      <Frame of={sweeps.state.value} retry={() => void sweeps.refresh()} now={now.value}>
        {(items) =>
          items.length === 0 ? (
            <div class="empty">
              <h2>No sweep yet</h2>
              <p>Every night the whole estate is looked at once.</p>
            </div>
          ) : (
            <>
              <Chart sweeps={overTime(items)} />
              <section class="card">
                <h2>Latest</h2>
                <SweepTable
                  sweeps={items}
                  now={now.value}
                  confirm={session.mayOperate ? setConfirming : null}
                />
              </section>
            </>
          )
        }
      </Frame>
      {confirming && (
        <Confirm
          client={client}
          sweep={confirming}
          close={() => setConfirming(null)}
          done={() => void sweeps.refresh()}
        />
      )}
    </>
  );
}

const SIZE = { width: 1000, height: 180 };

function Chart({ sweeps }: { readonly sweeps: readonly Sweep[] }) {
  const { areas, highest } = areasOf(sweeps, SIZE);
  const [first, last] = [sweeps[0], sweeps.at(-1)];
  return (
    <section class="card">
      <h2>States over time</h2>
      {areas.length === 0 || !first || !last ? (
        <p class="calm">With the second finished sweep there is something to draw.</p>
      ) : (
        <figure class="chart">
          <span class="axis top">{count(highest, 'customer')}</span>
          <svg
            viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={chartWords(first, last)}
          >
            {areas.map(({ state, path }) => (
              <path key={state} class={`fill ${states[state].tone} ${state}`} d={path} />
            ))}
          </svg>
          <figcaption>
            <span>{exactly(first.startedAt)}</span>
            <ul class="legend">
              {areas.map(({ state }) => (
                <li key={state}>
                  <span>
                    <Shape tone={states[state].tone} /> {states[state].name}
                  </span>
                </li>
              ))}
            </ul>
            <span>{exactly(last.startedAt)}</span>
          </figcaption>
        </figure>
      )}
    </section>
  );
}

/** The chart in a sentence, for whoever cannot see it. */
function chartWords(first: Sweep, last: Sweep): string {
  const earning = ({ states: numbers }: Sweep) => count(numbers['earning'] ?? 0, 'customer');
  return `Set up to earn: ${earning(first)} at ${exactly(first.startedAt)}, ${earning(last)} at ${exactly(last.startedAt)}.`;
}

interface SweepTableProps {
  readonly sweeps: readonly Sweep[];
  readonly now: number;
  readonly confirm: ((sweep: Sweep) => void) | null;
}

function SweepTable({ sweeps, now, confirm }: SweepTableProps) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Begun</th>
            <th scope="col">Status</th>
            <th scope="col">Took</th>
            <th scope="col">Set up to earn</th>
            <th scope="col">Days at risk, 30 days</th>
            <th scope="col">Remarks</th>
          </tr>
        </thead>
        <tbody>
          {sweeps.map((sweep) => (
            <tr key={sweep.sweepId}>
              <td>
                <Age at={sweep.startedAt} now={now} />
                <p class="faint">{exactly(sweep.startedAt)}</p>
              </td>
              <td>
                <Chip {...STATUS[sweep.status]} />
              </td>
              <td class="number">{took(sweep)}</td>
              <td class="number">
                {sweep.status === 'finished' ? (sweep.states['earning'] ?? 0).toLocaleString('en') : '–'}
              </td>
              <td class="number">
                {sweep.daysAtRisk ? (
                  <>
                    {sweep.daysAtRisk.certain.toLocaleString('en')} certain
                    <p class="faint">up to {sweep.daysAtRisk.possible.toLocaleString('en')} possible</p>
                  </>
                ) : (
                  '–'
                )}
              </td>
              <td>
                <Remarks sweep={sweep} confirm={confirm && (() => confirm(sweep))} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function took({ startedAt, finishedAt }: Sweep): string {
  if (finishedAt === null) return '–';
  const span = Date.parse(finishedAt) - Date.parse(startedAt);
  return span < 60_000 ? `${Math.max(1, Math.round(span / 1000))} s` : lasting(span);
}

function Remarks({ sweep, confirm }: { readonly sweep: Sweep; readonly confirm: (() => void) | null }) {
  const { baseline, partial, openFollowUps, heldScopes, confirmed } = sweep;
  return (
    <>
      {baseline && <p>The first one: a baseline.</p>}
      {partial && <p class="warned">Not everything could be read.</p>}
      {openFollowUps > 0 && sweep.status === 'finished' && (
        <p class="warned">{count(openFollowUps, 'look')} had not ended by its limit.</p>
      )}
      {heldScopes > 0 && (
        <p class="warned">
          {count(heldScopes, 'scope')} would be lost at once: held back.{' '}
          {confirmed ? <span class="faint">Confirmed at {exactly(confirmed.at)}.</span> : null}
        </p>
      )}
      {heldScopes > 0 && !confirmed && confirm && (
        <button type="button" class="button small" onClick={confirm}>
          Confirm…
        </button>
      )}
    </>
  );
}

interface ConfirmProps {
  readonly client: Client;
  readonly sweep: Sweep;
  readonly close: () => void;
  readonly done: () => void;
}

function Confirm({ client, sweep, close, done }: ConfirmProps) {
  const { busy, trouble, ask } = useAsking<{ tenants: number }>();
  const confirm = async () => {
    if (!(await ask(() => client.send('POST', `/sweeps/${sweep.sweepId}/confirm`)))) return;
    done();
    close();
  };
  return (
    <Dialog title="Believe this sweep?" close={close}>
      <div class="body">
        <p>
          It saw {count(sweep.heldScopes, 'earning scope')} lost at once, more than is usual. When you
          confirm, passes look at each of them and record what they can prove; nothing in Azure is changed.
        </p>
        {trouble && <TroubleNote trouble={trouble} />}
        <div class="buttons">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="button" class="button primary" disabled={busy} onClick={() => void confirm()}>
            {busy ? 'Confirming…' : 'Confirm'}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
