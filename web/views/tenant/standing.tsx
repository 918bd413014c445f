import type { TenantDetail } from '../../contract.ts';
import { Age } from '../../parts/age.tsx';
import { StateChip } from '../../parts/chip.tsx';
import { DaysLost } from '../../parts/days-lost.tsx';
import { isByHand, scopesOf } from '../../tenant-view.ts';
import { exactly, reasonWords, states } from '../../words.ts';

/** How a customer stands, and since when that is known. */
export function Standing({ tenant, now }: { readonly tenant: TenantDetail; readonly now: number }) {
  const { state, reason, stale, lastGood, failure, instructions, openGaps, acceptedGaps, daysAtRisk } =
    tenant;
  const { all, earning } = scopesOf(tenant);
  return (
    <section class="card standing" aria-label="How it stands">
      <div class="verdict">
        <StateChip state={state} />
        <p>
          {reason === 'stale'
            ? 'What was seen last was well, and is too old to count.'
            : states[state].meaning}{' '}
          {reason && reason !== 'stale' && <>Because: {reasonWords(reason)}.</>}
        </p>
      </div>
      <dl class="figures-line">
        <div>
          <dt>Last good look</dt>
          <dd>
            {isByHand(tenant) ? 'no pass looks here' : <Age at={lastGood} now={now} />}
            {stale && <span class="warned"> stale</span>}
          </dd>
        </div>
        <div>
          <dt>Scopes set up</dt>
          <dd>
            {all === 0 ? 'none known' : `${earning.toLocaleString('en')} of ${all.toLocaleString('en')}`}
          </dd>
        </div>
        <div>
          <dt>Open gaps</dt>
          <dd>
            {openGaps.toLocaleString('en')}
            {acceptedGaps > 0 && <span class="faint"> {acceptedGaps.toLocaleString('en')} accepted</span>}
          </dd>
        </div>
        <div>
          <dt>Scope-days lost, 30 days</dt>
          <dd>
            <DaysLost days={daysAtRisk} />
            {daysAtRisk.neverEarned > 0 && (
              <span class="faint">
                {' '}
                besides: {daysAtRisk.neverEarned.toLocaleString('en')} on scopes that never earned
              </span>
            )}
          </dd>
        </div>
      </dl>
      {failure && (
        <div class="note warn">
          <div>
            <strong>
              The look at {exactly(failure.at)} failed ({reasonWords(failure.kind)}).
            </strong>{' '}
            {lastGood === null
              ? 'Nothing is known, which does not mean that nothing is there.'
              : 'What is shown is from the last good look.'}{' '}
            <span class="faint">
              {failure.message}
              {failure.requestId && <> Azure’s request id: {failure.requestId}</>}
            </span>
          </div>
        </div>
      )}
      {instructions.length > 0 && (
        <ul class="plain">
          {instructions.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      )}
      {(state === 'unlinked' || state === 'linked-elsewhere') && (
        <p>
          <a href="#/links">See the links</a>
        </p>
      )}
      {tenant.scopes.some(({ verdict }) => verdict === 'role-unknown') && (
        <p>
          <a href="#/decisions">Decide about unknown roles</a>
        </p>
      )}
    </section>
  );
}
