import { useState } from 'preact/hooks';

const SAID_MS = 2_000;

/** Puts a text on the clipboard; `of` names it for whoever does not see where the button stands. */
export function CopyButton({ text, of }: { readonly text: string; readonly of: string }) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    const done = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'Not allowed here',
    );
    setSaid(done);
    setTimeout(() => setSaid(''), SAID_MS);
  };
  return (
    <>
      <button type="button" class="button small" onClick={() => void copy()} aria-label={`Copy: ${of}`}>
        {said || 'Copy'}
      </button>
      <span class="sr" role="status">
        {said}
      </span>
    </>
  );
}
