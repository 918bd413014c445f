import { useState } from 'preact/hooks';

const SAID_MS = 2_000;

/** Text to be copied as it stands. */
export function Code({ text, label }: { readonly text: string; readonly label: string }) {
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
    <div class="code">
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <button type="button" class="button small" onClick={() => void copy()} aria-label={`Copy: ${label}`}>
        {said || 'Copy'}
      </button>
      <span class="sr" role="status">
        {said}
      </span>
    </div>
  );
}
