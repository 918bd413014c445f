import { lookup, type LookupAddress } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Failure } from '../../domain/failure.ts';
import type { Clock } from '../../domain/ports.ts';
import { isPrivateAddress, namesPrivateAddress } from './private-addresses.ts';

export interface PostOptions {
  /** For the whole exchange (milliseconds). */
  readonly timeoutMs: number;
  /** Whether plain HTTP and addresses inside are allowed: in the local stack only. */
  readonly local: boolean;
  readonly clock: Clock;
}

/** Posts a body and is content with any 2xx. Everything else is a `Failure` whose message does not name the address. */
export type Post = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<void>;

/** Redirects are not followed, and every address a name resolves to is looked at before it is connected to. */
export function makePost({ timeoutMs, local, clock }: PostOptions): Post {
  return async (address, headers, body) => {
    const url = new URL(address);
    if (!local && (url.protocol !== 'https:' || namesPrivateAddress(url))) throw inside();
    const { status, retryAfter } = await exchange(url, headers, body, { timeoutMs, local });
    const failure = failureOf(status, retryAfter, clock());
    if (failure) throw failure;
  };
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
}

function exchange(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  { timeoutMs, local }: Omit<PostOptions, 'clock'>,
): Promise<Answer> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const bytes = Buffer.from(body);
  return new Promise((resolve, reject) => {
    const outgoing = send(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': bytes.length, 'user-agent': 'pal-autopilot' },
      signal: AbortSignal.timeout(timeoutMs),
      // A connection of its own: its address is looked at each time.
      agent: false,
      ...(local ? {} : { lookup: makeLookupOutside(lookup) }),
    });
    outgoing.on('response', (incoming) => {
      // What it says is of no use; where it never ends, the status has been heard.
      incoming.on('error', () => undefined).resume();
      resolve({ status: incoming.statusCode ?? 0, retryAfter: incoming.headers['retry-after'] ?? null });
    });
    outgoing.on('error', (error) => reject(error instanceof Failure ? error : unreachable(error)));
    outgoing.end(bytes);
  });
}

/** Resolves a name, and refuses it when any of its addresses is inside: the one connected to is among them. */
export function makeLookupOutside(resolve: typeof lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const first = error ? null : addresses[0];
      if (error) callback(error, '', 0);
      else if (!first) callback(new Error('The name has no address.'), '', 0);
      else if (addresses.some(({ address }) => isPrivateAddress(address))) callback(inside(), '', 0);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function inside(): Failure {
  return new Failure('rejected', 'The address of the sink is inside a network; notices go outside only.');
}

function unreachable(cause: Error): Failure {
  const { code, name } = cause as NodeJS.ErrnoException;
  const why =
    name === 'TimeoutError' || name === 'AbortError' ? 'no answer in time' : (code ?? 'no connection');
  return new Failure('unavailable', `The sink could not be reached (${why}).`);
}

/** Retry-After's instant, or in so many seconds; null where it says neither. */
function retryAt(retryAfter: string | null, now: Date): Date | null {
  if (retryAfter === null) return null;
  const seconds = Number(retryAfter);
  const at = Number.isFinite(seconds) ? now.getTime() + seconds * 1000 : Date.parse(retryAfter);
  return Number.isNaN(at) ? null : new Date(at);
}

function failureOf(status: number, retryAfter: string | null, now: Date): Failure | null {
  if (status >= 200 && status < 300) return null;
  const answered = `The sink answered ${status}`;
  const at = retryAt(retryAfter, now);
  if (status === 429 || (status === 503 && at)) {
    return new Failure('throttled', `${answered}: it asks to wait.`, at ? { retryAt: at } : {});
  }
  if (status >= 300 && status < 400) {
    return new Failure('rejected', `${answered}: redirects are not followed. Name the address it leads to.`);
  }
  if (status === 410) return new Failure('rejected', `${answered}: it is there no more.`);
  return new Failure('unavailable', `${answered}.`);
}
