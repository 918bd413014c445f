import { useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { RoleDecided } from '../../contract.ts';
import { AskingForm } from '../../parts/asking-form.tsx';
import { useAsking } from '../../parts/asking.ts';
import { Dialog } from '../../parts/dialog.tsx';

interface DecideRoleProps {
  readonly client: Client;
  readonly roleId: string;
  readonly close: () => void;
  readonly done: (decided: RoleDecided) => void;
}

const ANSWERS = [
  { earns: true, words: 'It earns' },
  { earns: false, words: 'It earns nothing' },
] as const;

/** Asks whether a role earns, and where that is known from. */
export function DecideRole({ client, roleId, close, done }: DecideRoleProps) {
  const [earns, setEarns] = useState<boolean | null>(null);
  const [source, setSource] = useState('');
  const [lookNow, setLookNow] = useState(true);
  const { busy, trouble, ask } = useAsking<RoleDecided>();
  const send = async () => {
    const decided = await ask(() => client.send('PUT', `/roles/${roleId}`, { earns, source, lookNow }));
    if (decided) done(decided);
  };
  return (
    <Dialog title="Does this role earn?" close={close}>
      <AskingForm
        submit={send}
        close={close}
        busy={busy}
        trouble={trouble}
        words={['Record it', 'Recording…']}
      >
        <p class="mono break">{roleId}</p>
        <fieldset>
          <legend class="sr">Does it earn?</legend>
          {ANSWERS.map((answer) => (
            <label key={answer.words} class="choice">
              <input
                type="radio"
                name="earns"
                required
                checked={earns === answer.earns}
                onChange={() => setEarns(answer.earns)}
              />
              {answer.words}
            </label>
          ))}
        </fieldset>
        <label>
          Where that is known from
          <textarea
            rows={2}
            required
            maxLength={1000}
            placeholder="A link, or words: Partner Center case 4711"
            value={source}
            onInput={(e) => setSource(e.currentTarget.value)}
          />
        </label>
        <label class="choice">
          <input type="checkbox" checked={lookNow} onChange={(e) => setLookNow(e.currentTarget.checked)} />
          Look at the customers concerned now; else the next sweep does
        </label>
      </AskingForm>
    </Dialog>
  );
}
