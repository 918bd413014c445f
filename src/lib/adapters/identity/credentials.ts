import type { TokenCredential } from '@azure/core-auth';
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredentialOptions,
} from '@azure/identity';
import type { HttpClient } from '@azure/core-rest-pipeline';
import type { EntraWatch } from './entra-watch.ts';

/**
 * How an identity proves itself. Explicit on purpose: a credential that picks what it finds in the environment could
 * change who gets linked without anybody noticing.
 */
export type CredentialSettings =
  /** A user-assigned managed identity, trusted by the app registration as a federated credential: no secret. */
  | { readonly kind: 'federated'; readonly managedIdentityClientId: string }
  | { readonly kind: 'certificate'; readonly path: string }
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'managed-identity'; readonly managedIdentityClientId: string };

export interface CredentialContext {
  readonly tenantId: string;
  readonly applicationId: string;
  readonly authorityHost: string;
  /** Audience of the managed identity's assertion; differs between clouds. */
  readonly assertionAudience: string;
  /** True for a private authority, which Entra's public discovery does not know. */
  readonly privateAuthority: boolean;
  readonly watch: EntraWatch;
  /** What requests are sent with; the SDK's own client where absent. */
  readonly http?: HttpClient | undefined;
}

/** Makes the credential of one identity in one tenant. SDK retries are off: the disposition table decides. */
export function makeCredential(settings: CredentialSettings, context: CredentialContext): TokenCredential {
  const { tenantId, applicationId, authorityHost, privateAuthority } = context;
  const transport = transportOf(context);
  const options = { authorityHost, disableInstanceDiscovery: privateAuthority, ...transport };
  const managedIdentity = (clientId: string) => new ManagedIdentityCredential({ clientId, ...transport });
  switch (settings.kind) {
    case 'secret':
      return new ClientSecretCredential(tenantId, applicationId, settings.secret, options);
    case 'certificate':
      return new ClientCertificateCredential(
        tenantId,
        applicationId,
        { certificatePath: settings.path },
        options,
      );
    case 'managed-identity':
      return managedIdentity(settings.managedIdentityClientId);
    case 'federated': {
      const identity = managedIdentity(settings.managedIdentityClientId);
      const assertion = async () => {
        const token = await identity.getToken(`${context.assertionAudience}/.default`);
        return token.token;
      };
      return new ClientAssertionCredential(tenantId, applicationId, assertion, options);
    }
  }
}

function transportOf({ watch, http }: CredentialContext): TokenCredentialOptions {
  return {
    retryOptions: { maxRetries: 0 },
    ...(http ? { httpClient: http } : {}),
    additionalPolicies: [{ policy: watch.policy, position: 'perCall' }],
  };
}
