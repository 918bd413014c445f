import type { Sweep } from '../../contract.ts';
import { Age } from '../../parts/age.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DaysLost } from '../../parts/days-lost.tsx';
import { Cell, Table } from '../../parts/table.tsx';
import { earningIn } from '../../sweep-view.ts';
import { count, exactly, lasting, type Tone } from '../../words.ts';

const STATUS: Readonly<Record<Sweep['status'], { readonly tone: Tone; readonly name: string }>> = {
  finished: { tone: 'good', name: 'Finished' },
  running: { tone: 'waiting', name: 'Running' },
  'following-up': { tone: 'waiting', name: 'Following up' },
  skipped: { tone: 'quiet', name: 'Skipped' },
};

interface SweepTableProps {
  readonly sweeps: readonly Sweep[];
  readonly now: number;
  /** The one whose bad news can be confirmed. */
  readonly held: Sweep | null;
  /** Null for whoever may not. */
  readonly confirm: ((sweep: Sweep) => void) | null;
}

const COLUMNS = ['Begun', 'Status', 'Took', 'Set up to earn', 'Scope-days lost, 30 days', 'Remarks'] as const;

export function SweepTable({ sweeps, now, held, confirm }: SweepTableProps) {
  return (
    <section class="card">
      <h2>Latest</h2>
      <Table label="Sweeps, newest first" columns={COLUMNS}>
        {sweeps.map((sweep) => (
          <tr key={sweep.sweepId} role="row">
            <Cell>
              <Age at={sweep.startedAt} now={now} />
              <p class="faint">{exactly(sweep.startedAt)}</p>
            </Cell>
            <Cell>
              <Chip {...STATUS[sweep.status]} />
            </Cell>
            <Cell label="Took">
              <span class="nowrap">{took(sweep)}</span>
            </Cell>
            <Cell label="Set up to earn">
              {sweep.status === 'finished' ? earningIn(sweep).toLocaleString('en') : '–'}
            </Cell>
            <Cell label="Scope-days lost">
              {sweep.daysAtRisk ? <DaysLost days={sweep.daysAtRisk} /> : '–'}
            </Cell>
            <Cell>
              <Remarks sweep={sweep} />
              {sweep === held && confirm && (
                <button type="button" class="button small" onClick={() => confirm(sweep)}>
                  Confirm…
                </button>
              )}
            </Cell>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function took({ startedAt, finishedAt }: Sweep): string {
  if (finishedAt === null) return '–';
  const span = Date.parse(finishedAt) - Date.parse(startedAt);
  return span < 60_000 ? `${Math.max(1, Math.round(span / 1000))} s` : lasting(span);
}

function Remarks({ sweep }: { readonly sweep: Sweep }) {
  const { baseline, partial, openFollowUps, heldScopes, confirmed, status } = sweep;
  return (
    <>
      {status === 'skipped' && <p class="faint">Another was under way.</p>}
      {baseline && status === 'finished' && <p class="faint">The baseline: its findings are no news.</p>}
      {partial && <p class="warned">Not everything could be read.</p>}
      {openFollowUps > 0 && status === 'finished' && (
        <p class="warned">{count(openFollowUps, 'look')} had not ended by its limit.</p>
      )}
      {heldScopes > 0 && (
        <p class="warned">
          {count(heldScopes, 'scope')} would be lost at once: held back.{' '}
          {confirmed && <span class="faint">Confirmed at {exactly(confirmed.at)}.</span>}
        </p>
      )}
    </>
  );
}
