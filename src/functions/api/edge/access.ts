import type { HttpRequest } from '@azure/functions';
import { mayDo, type ApiRole, type Caller, type TokenVerdict } from '../../../lib/domain/caller.ts';
import { refuse, type Refusal } from './reply.ts';

/** Longer than any token Entra gives. */
const LONGEST_TOKEN = 16_384;

/**
 * Who calls, if they may: by the access token in the Authorization header and by nothing else. Headers of a proxy
 * (`X-MS-CLIENT-PRINCIPAL`) can be forged, and a cookie would let a foreign page call in the caller's name.
 */
export async function admit(
  request: HttpRequest,
  role: ApiRole,
  verify: (token: string) => Promise<TokenVerdict>,
): Promise<Caller | Refusal> {
  const authorization = request.headers.get('authorization');
  if (authorization === null) return challenge('The Authorization header is missing.');
  const token = /^Bearer +([A-Za-z0-9_.=-]+) *$/i.exec(authorization.slice(0, LONGEST_TOKEN))?.[1];
  if (token === undefined)
    return challenge('The Authorization header has to be: Bearer, then an access token.');
  const verdict = await verify(token);
  if (verdict.kind === 'refused') return challenge(`The access token was refused: ${verdict.reason}.`, true);
  if (mayDo(verdict.caller, role)) return verdict.caller;
  return refuse('forbidden', `This takes the app role ${role}. An administrator assigns it in Entra.`);
}

function challenge(detail: string, tokenGiven = false): Refusal {
  const error = tokenGiven ? ', error="invalid_token"' : '';
  return refuse('unauthenticated', detail, { 'www-authenticate': `Bearer realm="pal-autopilot"${error}` });
}
