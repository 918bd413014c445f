import { useState } from 'preact/hooks';
import { instantTyped, typedTime } from '../../local-time.ts';

/** Who did something and when, as it is typed: now, until somebody says otherwise. */
export function useWhoAndWhen() {
  const [by, setBy] = useState('');
  const [at, setAt] = useState(() => typedTime(new Date()));
  return { by, setBy, at, setAt, instant: () => instantTyped(at) };
}

interface WhoAndWhenProps {
  /** What is asked for the name. */
  readonly who: string;
  readonly typed: ReturnType<typeof useWhoAndWhen>;
}

export function WhoAndWhen({ who, typed: { by, setBy, at, setAt } }: WhoAndWhenProps) {
  return (
    <div class="two">
      <label>
        {who}
        <input
          type="text"
          required
          maxLength={256}
          autocomplete="off"
          value={by}
          onInput={(e) => setBy(e.currentTarget.value)}
        />
      </label>
      <label>
        <span>
          When <span class="faint">your time</span>
        </span>
        <input type="datetime-local" required value={at} onInput={(e) => setAt(e.currentTarget.value)} />
      </label>
    </div>
  );
}
