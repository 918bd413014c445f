import type { ComponentChildren } from 'preact';
import type { Trouble } from '../client.ts';
import { TroubleNote } from './frame.tsx';

interface AskingFormProps {
  /** Called when every field is as the browser wants it. */
  readonly submit: () => unknown;
  readonly close: () => void;
  readonly busy: boolean;
  readonly trouble: Trouble | null;
  /** What the button says, and what it says meanwhile. */
  readonly words: readonly [idle: string, busy: string];
  readonly danger?: boolean;
  /** Whether something is missing that the browser cannot know of. */
  readonly incomplete?: boolean;
  readonly children: ComponentChildren;
}

/** The form of a dialog: its fields, what was wrong with them, and the two ways out. */
export function AskingForm(props: AskingFormProps) {
  const { submit, close, busy, trouble, words, danger = false, incomplete = false, children } = props;
  const send = (event: Event) => {
    event.preventDefault();
    void submit();
  };
  return (
    <form onSubmit={send}>
      {children}
      {trouble && <TroubleNote trouble={trouble} />}
      <div class="buttons">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="submit" class={`button ${danger ? 'danger' : 'primary'}`} disabled={busy || incomplete}>
          {busy ? words[1] : words[0]}
        </button>
      </div>
    </form>
  );
}
