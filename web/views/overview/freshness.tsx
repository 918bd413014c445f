import type { Link } from '../../contract.ts';
import { Age } from '../../parts/age.tsx';
import type { Store } from '../../store.ts';
import { lastFinished } from '../../sweep-view.ts';
import { ago, count } from '../../words.ts';

/** How old what is shown is, and what it rests on. */
export function Freshness({ store }: { readonly store: Store }) {
  const { sweeps, links, tenants, now } = store;
  const last = lastFinished(sweeps.state.value.value ?? []);
  const running = sweeps.state.value.value?.find(
    ({ status }) => status === 'running' || status === 'following-up',
  );
  const { readAt } = tenants.state.value;
  return (
    <section class="card">
      <h2>How fresh this is</h2>
      <dl class="facts">
        <dt>Last finished sweep</dt>
        <dd>
          {last ? <Age at={last.finishedAt ?? last.startedAt} now={now.value} /> : 'none yet'}
          {last?.partial && <span class="warned"> · not everything could be read</span>}
        </dd>
        {running && (
          <>
            <dt>Under way</dt>
            <dd>
              a sweep, begun <Age at={running.startedAt} now={now.value} />
            </dd>
          </>
        )}
        <dt>Links</dt>
        <dd>
          <a href="#/links">
            <LinkWords links={links.state.value.value} />
          </a>
        </dd>
        {readAt !== null && (
          <>
            <dt>This page</dt>
            <dd>read {ago(new Date(readAt).toISOString(), now.value)}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

function LinkWords({ links }: { readonly links: readonly Link[] | null }) {
  if (links === null) return <>not read yet</>;
  if (links.length === 0) return <>none yet</>;
  const bad = links.filter(({ state }) => state !== 'linked').length;
  if (bad === 0)
    return <>{links.length === 1 ? 'in place' : `all ${count(links.length, 'link')} in place`}</>;
  return (
    <span class="warned">
      {bad.toLocaleString('en')} of {count(links.length, 'link')} not in place
    </span>
  );
}
