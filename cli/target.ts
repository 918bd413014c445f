import { misuse } from './complaint.ts';

/** Which API a command speaks to. */
export type Target =
  | { readonly kind: 'api'; readonly url: string }
  /** A local stack, by its file of addresses. */
  | { readonly kind: 'stack'; readonly file: string };

interface Given {
  readonly api?: string | undefined;
  readonly stack?: string | undefined;
}

/**
 * Chooses the API: what the command line says goes before the environment, and both before a stack that runs here. Throws
 * a complaint when nothing, or too much, is said.
 */
export function targetOf(said: Given, environment: Given, running: () => readonly string[]): Target {
  for (const [given, api, stack] of [
    [said, '--api', '--stack'],
    [environment, 'PAL_API', 'PAL_STACK'],
  ] as const) {
    if (given.api && given.stack) throw misuse(`Both ${api} and ${stack} are given.`, 'Give one of them.');
    if (given.api) return { kind: 'api', url: apiUrlOf(given.api) };
    if (given.stack) return { kind: 'stack', file: given.stack };
  }
  const stacks = running();
  const [file, ...others] = stacks;
  if (file === undefined) {
    throw misuse(
      'It is not said which API to use, and no local stack runs.',
      'Set PAL_API (or --api) to https://<your function app>.azurewebsites.net, or run npm start.',
    );
  }
  if (others.length > 0)
    throw misuse(`Several local stacks run:\n${list(stacks)}`, 'Choose one with --stack.');
  return { kind: 'stack', file };
}

function list(files: readonly string[]): string {
  return files.map((file) => `  ${file}`).join('\n');
}

/** The API's base, without a slash at its end. A token is sent there, so it is https, unless it is this machine. */
function apiUrlOf(text: string): string {
  const whole = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.search !== '')
    throw misuse(`“${text}” is no address of an API.`, 'Give it as https://<host>.');
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !here)
    throw misuse(`${url.origin} is not https; no token is sent there.`, 'Give it as https://<host>.');
  const path = url.pathname.replace(/\/+$/, '');
  return url.origin + (path === '' ? '/api' : path);
}
