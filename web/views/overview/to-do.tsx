import { useMemo } from 'preact/hooks';
import type { TenantItem } from '../../contract.ts';
import { Age } from '../../parts/age.tsx';
import { StateChip } from '../../parts/chip.tsx';
import { listLink, tenantLink } from '../../route.ts';
import type { TenantsRead } from '../../store.ts';
import { everything, nameOf, scopesOf, shownIn } from '../../tenant-view.ts';
import { count, reasonWords } from '../../words.ts';

const SHOWN = 8;
const TROUBLED = [
  ...(['unlinked', 'linked-elsewhere', 'not-earning', 'partly-earning'] as const),
  ...(['not-delegated', 'unobserved', 'needs-person'] as const),
];

const VIEW = { ...everything, states: TROUBLED };

/** Who is not set up to earn, the worst first. */
export function ToDo({ read, now }: { readonly read: TenantsRead; readonly now: number }) {
  // Sorted once for each reading, not at every tick of the clock.
  const troubled = useMemo(() => shownIn(read.items, VIEW), [read]);
  return (
    <section class="card">
      <h2>
        Needs attention{' '}
        <span class="count">
          {troubled.length.toLocaleString('en')}
          {read.cut && '+'}
        </span>
      </h2>
      {troubled.length === 0 ? (
        <p class="calm">
          {read.cut
            ? 'Nobody among those read so far.'
            : 'Nobody: everyone who can be read is set up to earn.'}
        </p>
      ) : (
        <ul class="rows">
          {troubled.slice(0, SHOWN).map((tenant) => (
            <li key={tenant.tenantId}>
              <a href={tenantLink(tenant.tenantId)}>
                <span class="who">
                  <b>{nameOf(tenant)}</b>
                  <span class="faint">{whyOf(tenant)}</span>
                </span>
                <span class="end">
                  <StateChip state={tenant.state} />
                  <span class="faint">
                    seen <Age at={tenant.lastGood} now={now} />
                  </span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
      {troubled.length > SHOWN && (
        <a class="more" href={listLink(VIEW)}>
          All {troubled.length.toLocaleString('en')}
        </a>
      )}
    </section>
  );
}

function whyOf(tenant: TenantItem): string {
  const { all, earning } = scopesOf(tenant);
  const scopes = all > 0 ? `${earning.toLocaleString('en')} of ${count(all, 'scope')}` : '';
  return [reasonWords(tenant.reason), scopes].filter(Boolean).join(' · ');
}
