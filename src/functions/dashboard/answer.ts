import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { SignIn } from '../api/contract/sign-in.ts';
import { refuse, responseOf, type CallIds } from '../api/edge/reply.ts';
import type { PageFile } from './files.ts';

/** What the pages need to know before anybody has signed in. None of it is a secret. */
const FACTS = 'config.json';

export interface Dashboard {
  readonly files: (path: string) => PageFile | null;
  readonly signIn: SignIn;
}

/** The answer to a request below `/api/dashboard`: a page, a part of it, or the facts for signing in. */
export function answerPage(
  request: HttpRequest,
  { files, signIn }: Dashboard,
  ids: CallIds,
): HttpResponseInit {
  const head = request.method === 'HEAD';
  if (request.method !== 'GET' && !head) {
    return responseOf(refuse('method-not-allowed', undefined, { allow: 'GET, HEAD' }), ids, head);
  }
  const path = request.params['file'] ?? '';
  if (path === FACTS) {
    const body = JSON.stringify(signIn);
    return page(signIn, 'application/json; charset=utf-8', 'no-cache', head ? null : body);
  }
  const file = files(path === '' ? 'index.html' : path);
  if (!file) return responseOf(refuse('not-found', 'The dashboard has no such file.'), ids, head);
  const caching = file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache';
  const zips = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
  return page(signIn, file.type, caching, head ? null : zips ? file.zipped : file.bytes, {
    vary: 'accept-encoding',
    ...(zips ? { 'content-encoding': 'gzip' } : {}),
  });
}

function page(
  signIn: SignIn,
  type: string,
  caching: string,
  body: string | Buffer | null,
  more: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  return {
    status: 200,
    headers: {
      'content-type': type,
      'cache-control': caching,
      'content-security-policy': policyFor(signIn),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=()',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      ...more,
    },
    body,
  };
}

/** Scripts and styles are our own files and nothing else; calls go to this app and to Entra. */
function policyFor({ authority }: SignIn): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${new URL(authority).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
