import { Fragment } from 'preact';
import type { TenantDetail } from '../../contract.ts';
import { Age } from '../../parts/age.tsx';
import { accessWords, agreementWords, exactly, outcomeWords } from '../../words.ts';

const LINK_WORDS = {
  linked: 'linked',
  unlinked: 'not linked',
  'linked-elsewhere': 'linked to another partner ID',
  unknown: 'never read',
} as const;

/** So many of the looks somebody asked for are shown. */
const ASKED = 3;

/** What is on record of a customer beside its scopes. */
export function Facts({ tenant, now }: { readonly tenant: TenantDetail; readonly now: number }) {
  const tags = Object.entries(tenant.tags);
  return (
    <section class="card">
      <h2>On record</h2>
      <dl class="facts">
        {tenant.links.map(({ access, state, readAt }) => (
          <Fragment key={access}>
            <dt>{access === 'lighthouse' ? 'Link at home' : 'Link in the tenant'}</dt>
            <dd>
              {LINK_WORDS[state]}
              {readAt !== null && (
                <>
                  , read <Age at={readAt} now={now} />
                </>
              )}
            </dd>
          </Fragment>
        ))}
        <dt>Access by</dt>
        <dd>{tenant.accessKinds.map(accessWords).join(', ')}</dd>
        <dt>Agreement</dt>
        <dd>{agreementWords(tenant.agreement)}</dd>
        <dt>Principal</dt>
        <dd>{tenant.principal ?? <span class="warned">one that the settings do not name</span>}</dd>
        <dt>Announced</dt>
        <dd>{exactly(tenant.announcedAt)}</dd>
        {tenant.offboardedAt && (
          <>
            <dt>Offboarded</dt>
            <dd>{exactly(tenant.offboardedAt)}</dd>
          </>
        )}
        {tags.length > 0 && (
          <>
            <dt>Tags</dt>
            <dd>{tags.map(([name, value]) => (value ? `${name}=${value}` : name)).join(', ')}</dd>
          </>
        )}
        {tenant.asked.slice(0, ASKED).map(({ causeId, at, outcome, detail }) => (
          <Fragment key={causeId}>
            <dt>Asked for</dt>
            <dd>
              <Age at={at} now={now} />: {outcomeWords(outcome)}
              {detail && <span class="faint"> ({detail})</span>}
            </dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}
