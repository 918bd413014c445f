import type { Remedies, TenantDetail } from '../../contract.ts';
import type { useAsking } from '../../parts/asking.ts';
import { Code } from '../../parts/code.tsx';
import { download } from '../../parts/download.ts';
import { TroubleNote } from '../../parts/frame.tsx';
import { namesOf, scopeName } from '../../scope-view.ts';
import { count } from '../../words.ts';
import { Guide } from './guide.tsx';

type OneRemedy = Remedies['scopes'][number]['remedy'];

interface RemedyProps {
  readonly tenant: TenantDetail;
  readonly remedies: ReturnType<typeof useAsking<Remedies>>;
  readonly ask: () => void;
}

/** What puts a customer's scopes right: fetched when asked for, because it is made from what is delegated at that moment. */
export function Remedy({ tenant, remedies: { busy, trouble, answer }, ask }: RemedyProps) {
  return (
    <section class="card">
      <h2>Remedy</h2>
      {!answer && (
        <div class="decide">
          <p class="calm">
            Made from what is delegated now, because deploying an offer again replaces all of it: the current
            authorizations and the missing one.
          </p>
          <button type="button" class="button" disabled={busy} onClick={ask}>
            {busy ? 'Reading what is delegated now…' : 'Show what to do'}
          </button>
        </div>
      )}
      {trouble && <TroubleNote trouble={trouble} retry={ask} />}
      {answer?.firstSteps.map((remedy) => (
        <div class="remedy" key={remedy.kind}>
          <One remedy={remedy} />
        </div>
      ))}
      {answer?.scopes.map(({ scope, remedy }) => (
        <div class="remedy" key={scope}>
          <h3>{scopeName(scope, namesOf(tenant.scopes))}</h3>
          <One remedy={remedy} />
        </div>
      ))}
      {answer && answer.leftOut > 0 && (
        <p class="faint">
          {count(answer.leftOut, 'more scope is', 'more scopes are')} in trouble. These first; then look
          again.
        </p>
      )}
    </section>
  );
}

function One({ remedy }: { readonly remedy: OneRemedy }) {
  if (remedy.kind === 'nothing' || remedy.kind === 'unreadable') {
    return (
      <p>
        {remedy.kind === 'unreadable' && (
          <b>It cannot be read now, so nothing is proposed that might lose something. </b>
        )}
        {remedy.text}
      </p>
    );
  }
  return (
    <>
      {'diff' in remedy && <Diff diff={remedy.diff} />}
      <Guide instructions={remedy.instructions}>
        {'template' in remedy && <Template template={remedy.template} />}
      </Guide>
    </>
  );
}

type Diff = Extract<OneRemedy, { diff: unknown }>['diff'];

function Diff({ diff }: { readonly diff: Diff }) {
  const lines = [
    ...diff.added.map((one) => ({ sign: '+', words: 'added', one })),
    ...diff.removed.map((one) => ({ sign: '−', words: 'removed', one })),
    ...diff.kept.map((one) => ({ sign: '', words: 'stays', one })),
  ];
  return (
    <ul class="diff" aria-label="Authorizations">
      {lines.map(({ sign, words, one }) => (
        <li key={`${words}${one.principalId}${one.roleId}`} class={words}>
          <span class="sign" aria-hidden="true">
            {sign}
          </span>
          <span>
            <span class="sr">{words}: </span>
            {one.principalName ?? one.principalId}{' '}
            <span class="faint">
              {one.roleName ?? 'a role that no list names'} <span class="mono">{one.roleId}</span>
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

const FILE = 'delegation.json';

function Template({ template }: { readonly template: object }) {
  const text = JSON.stringify(template, null, 2);
  return (
    <div class="file">
      <button
        type="button"
        class="button"
        onClick={() => download(new Blob([text], { type: 'application/json' }), FILE)}
      >
        Download {FILE}
      </button>
      <details>
        <summary>Show it</summary>
        <Code text={text} label={FILE} />
      </details>
    </div>
  );
}
