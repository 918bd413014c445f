import { useState } from 'preact/hooks';
import type { Called, Trouble } from '../client.ts';

/** One call at a time, with what came of it. */
export function useAsking<T>() {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [answer, setAnswer] = useState<T | null>(null);
  const ask = async (call: () => Promise<Called<T>>): Promise<T | null> => {
    setBusy(true);
    setTrouble(null);
    const called = await call();
    setBusy(false);
    if (!called.ok) {
      setTrouble(called.trouble);
      return null;
    }
    setAnswer(called.value);
    return called.value;
  };
  return { busy, trouble, answer, ask };
}
