import type { ChainedTokenCredential } from '@azure/identity';

/**
 * Whoever is signed in on this machine: with the Azure CLI, Azure PowerShell or the Azure Developer CLI, in this order.
 * No managed identity and no environment: a person runs `pal`, and nothing else is to stand in.
 */
export async function developerCredential(tenantId: string | null): Promise<ChainedTokenCredential> {
  const identity = await import('@azure/identity');
  const of = tenantId === null ? {} : { tenantId };
  return new identity.ChainedTokenCredential(
    new identity.AzureCliCredential(of),
    new identity.AzurePowerShellCredential(of),
    new identity.AzureDeveloperCliCredential(of),
  );
}
