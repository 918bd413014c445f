/**
 * Keeps a message locked while its function runs. The SDK could do it, but it keeps its renewals by message id, so that
 * two messages in flight with one id lose a lock, which the real host (another SDK) does not.
 */
import type { BusMessage } from './bus-message.ts';

const longestMarginMs = 10_000;

/** Renews the lock before it ends, for at most `maxMs`; gives the function that stops it. */
export function keepLocked(
  message: BusMessage,
  renew: () => Promise<Date>,
  maxMs: number,
  onError: (error: unknown) => void,
): () => void {
  const until = Date.now() + maxMs;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const renewBefore = (lockedUntil: Date) => {
    if (stopped) return;
    const left = lockedUntil.getTime() - Date.now();
    const wait = Math.max(0, left - Math.min(longestMarginMs, left / 2));
    if (Date.now() + wait < until) timer = setTimeout(() => void renewNow(), wait);
  };
  const renewNow = async () => {
    try {
      renewBefore(await renew());
    } catch (error) {
      if (!stopped) onError(error);
    }
  };

  if (message.lockedUntilUtc) renewBefore(message.lockedUntilUtc);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
