import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { accessToken } from '../local/sign-in.ts';
import { complaint, misuse } from './complaint.ts';
import { developerCredential } from './developer-credential.ts';
import type { Target } from './target.ts';

/** What a local stack's file of addresses says to `pal`. */
const stackAddresses = z.looseObject({
  http: z.url(),
  serviceBus: z.string(),
  tokenEndpoint: z.url(),
  caFile: z.string(),
  apiScope: z.string(),
});

export type StackAddresses = z.infer<typeof stackAddresses> & Readonly<Record<string, string>>;

/** How an access token is had. */
export type SignIn =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'stack' }
  /** As whoever is signed in on this machine. */
  | { readonly kind: 'developer'; readonly scope: string; readonly tenantId: string | null };

interface Given {
  readonly token?: string | undefined;
  readonly clientId?: string | undefined;
  readonly tenant?: string | undefined;
}

/** Chooses how to sign in; throws a complaint when it is not said whom a token is for. */
export function signInOf(target: Target, { token, clientId, tenant }: Given): SignIn {
  if (token !== undefined) {
    const bare = token.trim().replace(/^Bearer\s+/i, '');
    if (!/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/.test(bare))
      throw misuse('What is given as the token is no access token.', 'Give the JSON web token alone.');
    return { kind: 'token', token: bare };
  }
  if (target.kind === 'stack') return { kind: 'stack' };
  if (!clientId || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(clientId)) {
    throw misuse(
      clientId ? `“${clientId}” is no client id.` : 'It is not said whom to ask a token for.',
      'Set PAL_API_CLIENT_ID (or --client-id) to the setting API_CLIENT_ID of the app; or PAL_TOKEN to a token.',
    );
  }
  return { kind: 'developer', scope: `api://${clientId}/.default`, tenantId: tenant ?? null };
}

/** An access token for the API. Throws a complaint that says what to do when there is none. */
export async function tokenFor(signIn: SignIn, target: Target): Promise<string> {
  if (signIn.kind === 'token') return signIn.token;
  if (target.kind === 'stack') {
    return accessToken(readStack(target.file), 'operator').catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error);
      throw complaint(`The local stack gave no token: ${words}`, { remedy: 'Is it running? npm start' });
    });
  }
  if (signIn.kind === 'stack') throw complaint('Only a local stack signs in by itself.');
  return developerToken(signIn);
}

async function developerToken({ scope, tenantId }: SignIn & { kind: 'developer' }): Promise<string> {
  const credential = await developerCredential(tenantId);
  try {
    return (await credential.getToken(scope)).token;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const tenant = tenantId ? ` --tenant ${tenantId}` : '';
    throw complaint(`Nobody is signed in who gets a token for ${scope}:\n${words}`, {
      remedy: `Sign in: az login${tenant} --scope ${scope} (Azure PowerShell and azd do as well), or set PAL_TOKEN.`,
    });
  }
}

/** Reads a stack's file of addresses; throws a complaint when it is none. */
export function readStack(file: string): StackAddresses {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw misuse(`${file} cannot be read as a stack’s file of addresses.`, 'npm start prints its path.');
  }
  const parsed = stackAddresses.safeParse(content);
  if (parsed.success) return parsed.data as StackAddresses;
  throw misuse(`${file} is no stack’s file of addresses.`, 'npm start prints the path of the one it made.');
}
