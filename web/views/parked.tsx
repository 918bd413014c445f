import { useState } from 'preact/hooks';
import type { ViewProps } from '../view-props.ts';
import type { Client } from '../client.ts';
import type { ParkedHandled, ParkedMessage } from '../contract.ts';
import { Age } from '../parts/age.tsx';
import { AskingForm } from '../parts/asking-form.tsx';
import { useAsking } from '../parts/asking.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Frame, PageHead } from '../parts/frame.tsx';
import { count } from '../words.ts';

/** Which messages are meant, as the API takes it; with words for people. */
interface Selection {
  readonly which: { readonly id: string } | { readonly reason: string } | { readonly all: true };
  readonly words: string;
}

interface Handling {
  readonly verb: 'redrive' | 'discard';
  readonly selection: Selection;
}

export function ParkedView({ store, session }: ViewProps) {
  const { parked, now, client } = store;
  const [handling, setHandling] = useState<Handling | null>(null);
  const [said, setSaid] = useState('');
  const done = (verb: Handling['verb'], { handled, homeless, refused, more }: ParkedHandled) => {
    setSaid(
      [
        `${count(handled, 'message')} ${verb === 'redrive' ? 'sent back' : 'discarded'}.`,
        homeless > 0
          ? `${count(homeless, 'message')} came from a queue nobody knows: discard is all that helps.`
          : '',
        refused > 0 ? `${count(refused, 'message')} stay parked: too large for their queue.` : '',
        more ? 'There are more of them: do it again.' : '',
      ].join(' '),
    );
    void parked.refresh();
  };
  return (
    <>
      <PageHead title="Parked messages" />
      <p class="lead">
        What could not be processed is kept whole, with its reason, until somebody sends it back or discards
        it.
      </p>
      {said && (
        <div class="note good" role="status">
          <div>{said}</div>
        </div>
      )}
      <Frame of={parked.state.value} retry={() => void parked.refresh()} now={now.value}>
        {({ items, more }) =>
          items.length === 0 ? (
            <div class="empty">
              <h2>Nothing is parked</h2>
              <p>Every message was processed.</p>
            </div>
          ) : (
            <>
              <Groups items={items} more={more} handle={session.mayOperate ? setHandling : null} />
              <ul class="cards wide">
                {items.map((message) => (
                  <li key={message.id} class="card">
                    <Message
                      message={message}
                      now={now.value}
                      handle={session.mayOperate ? setHandling : null}
                    />
                  </li>
                ))}
              </ul>
              {more && <p class="faint">These come first; more are parked.</p>}
            </>
          )
        }
      </Frame>
      {handling && <Handle {...handling} client={client} close={() => setHandling(null)} done={done} />}
    </>
  );
}

interface GroupsProps {
  readonly items: readonly ParkedMessage[];
  readonly more: boolean;
  readonly handle: ((handling: Handling) => void) | null;
}

/** Messages of one reason usually have one cause, and are handled together. */
function Groups({ items, more, handle }: GroupsProps) {
  const groups = [...Map.groupBy(items, ({ reason }) => reason)].filter(([, same]) => same.length > 1);
  if (!handle || items.length < 2) return null;
  const all: Selection = {
    which: { all: true },
    words: more ? 'all parked messages' : `all ${items.length} parked messages`,
  };
  return (
    <section class="card groups">
      <ul class="rows">
        {groups.map(([reason, same]) => {
          const selection = { which: { reason }, words: `every message parked because: ${reason}` };
          return (
            <li key={reason}>
              <span class="who">
                <b>{count(same.length, 'message')}</b> <span class="faint">{reason}</span>
              </span>
              <Buttons selection={selection} handle={handle} />
            </li>
          );
        })}
        <li>
          <b>All of them</b>
          <Buttons selection={all} handle={handle} />
        </li>
      </ul>
    </section>
  );
}

function Buttons({
  selection,
  handle,
}: {
  readonly selection: Selection;
  readonly handle: (handling: Handling) => void;
}) {
  return (
    <span class="buttons">
      <button
        type="button"
        class="button small"
        onClick={() => handle({ verb: 'redrive', selection })}
        aria-label={`Redrive ${selection.words}`}
      >
        Redrive
      </button>
      <button
        type="button"
        class="button small danger"
        onClick={() => handle({ verb: 'discard', selection })}
        aria-label={`Discard ${selection.words}`}
      >
        Discard
      </button>
    </span>
  );
}

interface MessageProps {
  readonly message: ParkedMessage;
  readonly now: number;
  readonly handle: GroupsProps['handle'];
}

function Message({ message, now, handle }: MessageProps) {
  const { id, queue, messageId, reason, attempts, parkedAt, size, preview, lineage } = message;
  return (
    <>
      <div class="link-head">
        <h2>{reason}</h2>
        {handle && (
          <Buttons selection={{ which: { id }, words: `the message ${messageId}` }} handle={handle} />
        )}
      </div>
      <p class="faint">
        from <b>{queue}</b> · parked <Age at={parkedAt} now={now} /> · {count(attempts, 'attempt')} ·{' '}
        {count(size, 'byte')} · <span class="mono">{messageId}</span>
        {lineage.length > 0 && <> · sent before as {lineage.join(', ')}</>}
      </p>
      <pre class="body" tabIndex={0} role="region" aria-label={`Beginning of ${messageId}`}>
        {preview}
      </pre>
    </>
  );
}

interface HandleProps extends Handling {
  readonly client: Client;
  readonly close: () => void;
  readonly done: (verb: Handling['verb'], answer: ParkedHandled) => void;
}

function Handle({ verb, selection, client, close, done }: HandleProps) {
  const [why, setWhy] = useState('');
  const { busy, trouble, ask } = useAsking<ParkedHandled>();
  const discards = verb === 'discard';
  const send = async () => {
    const body = { ...selection.which, ...(discards ? { why } : {}) };
    const answer = await ask(() => client.send('POST', `/parked/${verb}`, body));
    if (!answer) return;
    done(verb, answer);
    close();
  };
  return (
    <Dialog title={discards ? 'Discard' : 'Redrive'} close={close}>
      <AskingForm
        submit={send}
        close={close}
        busy={busy}
        trouble={trouble}
        danger={discards}
        words={[discards ? 'Discard' : 'Redrive', 'Working…']}
      >
        <p>
          {discards ? 'Takes out of the way' : 'Sends back to where it came from'}: {selection.words}.
        </p>
        {discards ? (
          <label>
            Why it is not needed
            <textarea
              rows={2}
              required
              minLength={3}
              maxLength={500}
              value={why}
              onInput={(e) => setWhy(e.currentTarget.value)}
            />
          </label>
        ) : (
          <p class="calm">What is still wrong is parked again, and nothing is lost on the way.</p>
        )}
      </AskingForm>
    </Dialog>
  );
}
