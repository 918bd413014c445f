import {
  AuthError,
  CacheLookupPolicy,
  InteractionRequiredAuthError,
  ProtocolMode,
  PublicClientApplication,
  type AccountInfo,
} from '@azure/msal-browser';
import type { SignIn } from './contract.ts';

/** Who is signed in. */
export interface Session {
  readonly name: string;
  /** The tenant they signed in to: the partner's own. */
  readonly tenantId: string;
  /** Whether they may change anything; the API decides, this only spares them buttons that would be refused. */
  readonly mayOperate: boolean;
  /** An access token for the API, fresh; leads to Entra's page when it takes a person, and then never resolves. */
  token(): Promise<string>;
  signOut(): void;
}

export interface SignedOut {
  signIn(): void;
}

/** Where somebody was when they left for Entra's page. */
const PLACE = 'pal.place';

/**
 * Signs in by the authorization code flow with PKCE. Tokens live in this tab's session storage, so that they end with it.
 * Rejects when Entra's answer is a refusal.
 */
export async function openSession(facts: SignIn): Promise<Session | SignedOut> {
  const home = new URL('.', new URL('./dashboard/', location.origin + '/api/')).href.replace(/\/$/, '');
  const entra = new PublicClientApplication({
    auth: {
      clientId: facts.clientId,
      redirectUri: home,
      postLogoutRedirectUri: home,
      ...(facts.local ? localAuthority(facts.authority) : { authority: facts.authority }),
    },
    cache: { cacheLocation: 'sessionStorage' },
    system: { protocolMode: facts.local ? ProtocolMode.OIDC : ProtocolMode.AAD },
  });
  await entra.initialize();
  const back = await entra.handleRedirectPromise({ navigateToLoginRequestUrl: false });
  if (back) returnToPlace();

  const request = { scopes: [facts.scope] };
  let leaving = false;
  const signIn = () => {
    if (leaving) return;
    leaving = true;
    sessionStorage.setItem(PLACE, location.hash);
    void entra.loginRedirect(request);
  };
  const account = back?.account ?? entra.getAllAccounts()[0];
  if (!account) return { signIn };
  return {
    name: account.name ?? account.username,
    tenantId: account.tenantId,
    mayOperate: rolesOf(account).includes('Pal.Operate'),
    async token() {
      try {
        // Never by a hidden frame: the policy of the pages allows none, and Entra's cookies would not reach into it.
        const cacheLookupPolicy = CacheLookupPolicy.AccessTokenAndRefreshToken;
        return (await entra.acquireTokenSilent({ ...request, account, cacheLookupPolicy })).accessToken;
      } catch (error) {
        if (!takesPerson(error)) throw error;
        signIn();
        return new Promise<never>(() => undefined);
      }
    },
    signOut() {
      // Only here: whoever signs out of this page does not mean every page of their tenant.
      void entra.clearCache({ account }).then(() => location.reload());
    },
  };
}

/** Whether only a new sign-in helps: there is no refresh token, or Entra takes the one there is no longer. */
function takesPerson(error: unknown): boolean {
  return (
    error instanceof InteractionRequiredAuthError ||
    (error instanceof AuthError && error.errorCode === 'invalid_grant')
  );
}

function rolesOf({ idTokenClaims }: AccountInfo): readonly unknown[] {
  const roles: unknown = idTokenClaims?.['roles'];
  return Array.isArray(roles) ? roles : [];
}

function returnToPlace(): void {
  const place = sessionStorage.getItem(PLACE) ?? '';
  sessionStorage.removeItem(PLACE);
  history.replaceState(null, '', place.startsWith('#/') ? place : '#/');
  // Replaced, so that nobody goes back into a sign-in; and told, because replacing alone is not.
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/**
 * The local stack's Entra. What it would say of itself is told here: a browser that has not met its certificate yet asks
 * about it on the way to a page, but not on the way to a file.
 */
function localAuthority(tenant: string) {
  const authority = `${tenant}/v2.0`;
  const metadata = {
    issuer: authority,
    authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${tenant}/oauth2/v2.0/token`,
    jwks_uri: `${tenant}/discovery/v2.0/keys`,
  };
  return {
    authority,
    knownAuthorities: [new URL(authority).host],
    authorityMetadata: JSON.stringify(metadata),
  };
}
