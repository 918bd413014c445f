import { useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { Instructions, Remedies, Step, TenantDetail } from '../../contract.ts';
import { useAsking } from '../../parts/asking.ts';
import { Code } from '../../parts/code.tsx';
import { download } from '../../parts/download.ts';
import { TroubleNote } from '../../parts/frame.tsx';
import { namesOf, scopeName } from '../../scope-view.ts';

type Remedy = Remedies['scopes'][number]['remedy'];

/** What puts a customer right: fetched when asked for, because it is made from what is delegated at that moment. */
export function Remedy({ client, tenant }: { readonly client: Client; readonly tenant: TenantDetail }) {
  const { busy, trouble, answer, ask } = useAsking<Remedies>();
  const well = ['earning', 'attested', 'automatic', 'excluded', 'offboarded'].includes(tenant.state);
  if (well) return null;
  const fetch = () => void ask(() => client.get(`/tenants/${tenant.tenantId}/remedy`));
  const useful =
    answer &&
    answer.people.length + answer.firstSteps.length + answer.scopes.length + answer.partnersOfRecord.length >
      0;
  return (
    <section class="card">
      <h2>Remedy</h2>
      {!answer && (
        <>
          <p class="calm">
            Made from what is delegated now, because deploying an offer again replaces all of it: the current
            authorizations and the missing one.
          </p>
          <button type="button" class="button" disabled={busy} onClick={fetch}>
            {busy ? 'Reading what is delegated now…' : 'Show what to do'}
          </button>
        </>
      )}
      {trouble && <TroubleNote trouble={trouble} retry={fetch} />}
      {answer && !useful && (
        <p class="calm">There is no scope to put right: the customer has to delegate first.</p>
      )}
      {answer?.people.map((instructions) => (
        <Guide key={instructions.summary} instructions={instructions} />
      ))}
      {answer?.firstSteps.map((remedy) => (
        <div class="remedy" key={remedy.kind}>
          <OneRemedy remedy={remedy} />
        </div>
      ))}
      {answer?.scopes.map(({ scope, remedy }) => (
        <div class="remedy" key={scope}>
          <h3>{scopeName(scope, namesOf(tenant.scopes))}</h3>
          <OneRemedy remedy={remedy} />
        </div>
      ))}
      {answer && answer.leftOut > 0 && (
        <p class="faint">{answer.leftOut} more scopes are in trouble. These first; then look again.</p>
      )}
    </section>
  );
}

function OneRemedy({ remedy }: { readonly remedy: Remedy }) {
  if (remedy.kind === 'nothing' || remedy.kind === 'unreadable') {
    return (
      <p>
        {remedy.kind === 'unreadable' && (
          <b>It cannot be read now, so nothing is proposed that might lose something. </b>
        )}
        {remedy['text'] as string}
      </p>
    );
  }
  const template = remedy['template'] as object | undefined;
  return (
    <>
      <Diff diff={remedy['diff'] as Diff | undefined} />
      <Guide instructions={remedy['instructions'] as Instructions} />
      {template && <Template template={template} />}
    </>
  );
}

interface Authorization {
  readonly principalId: string;
  readonly principalName?: string;
  readonly roleId: string;
}
interface Diff {
  readonly kept: readonly Authorization[];
  readonly added: readonly Authorization[];
  readonly removed: readonly Authorization[];
}

function Diff({ diff }: { readonly diff: Diff | undefined }) {
  if (!diff) return null;
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
            {one.principalName ?? one.principalId} <span class="faint mono">role {one.roleId}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

const WAYS = { portal: 'Azure portal', 'azure-cli': 'Azure CLI', powershell: 'PowerShell' } as const;

function Guide({ instructions }: { readonly instructions: Instructions }) {
  const [chosen, setChosen] = useState(0);
  const way = instructions.ways[chosen];
  return (
    <div class="guide">
      <Code text={instructions.summary} label="words for the customer" />
      <Steps steps={instructions.before} />
      <div class="ways" role="group" aria-label="How to do it">
        {instructions.ways.map(({ by }, index) => (
          <button
            key={by}
            type="button"
            class="toggle"
            aria-pressed={index === chosen}
            onClick={() => setChosen(index)}
          >
            {WAYS[by]}
          </button>
        ))}
      </div>
      {way && <Steps steps={way.steps} numbered />}
      <Steps steps={instructions.afterwards} />
    </div>
  );
}

function Steps({
  steps,
  numbered = false,
}: {
  readonly steps: readonly Step[];
  readonly numbered?: boolean;
}) {
  const List = numbered ? 'ol' : 'ul';
  return (
    <List class={numbered ? 'steps' : 'plain'}>
      {steps.map(({ text, commands = [], link }) => (
        <li key={text}>
          {text}{' '}
          {link && (
            <a href={link} target="_blank" rel="noreferrer">
              Open
            </a>
          )}
          {commands.length > 0 && <Code text={commands.join('\n')} label="commands" />}
        </li>
      ))}
    </List>
  );
}

const FILE = 'delegation.json';

function Template({ template }: { readonly template: object }) {
  const text = JSON.stringify(template, null, 2);
  return (
    <details>
      <summary>
        <code>{FILE}</code>, the template
      </summary>
      <p>
        <button
          type="button"
          class="button small"
          onClick={() => download(new Blob([text], { type: 'application/json' }), FILE)}
        >
          Download
        </button>
      </p>
      <Code text={text} label={FILE} />
    </details>
  );
}
