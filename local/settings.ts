import { stableGuid } from './azure/stable-guid.ts';
import type { Estate } from './estates/estate.ts';
import { apiClientId } from './operators.ts';
import { connectionStringOf, type TablesAccount } from './tables/account.ts';

/** What the running parts of the stack have said of themselves, as the app's settings need it. */
export interface StackFacts {
  readonly azure: {
    readonly url: string;
    readonly caFile: string;
    readonly identityEndpoint: { readonly url: string; readonly header: string };
    readonly principals: readonly { readonly name: string; readonly secret: string }[];
    readonly observer: { readonly objectId: string; readonly clientId: string };
  };
  readonly broker: { readonly connectionString: string };
  readonly tables: TablesAccount;
}

/**
 * The app settings of a local run, made from the estate and from where the stack listens. Times are short: what takes
 * minutes in Azure takes seconds here, and a tenant that fails for ever is parked within 15 seconds.
 */
export function settingsFor(estate: Estate, facts: StackFacts, mode: string): Record<string, string> {
  const [first, ...others] = estate.principals;
  if (!first) throw new Error('The estate has no principal.');
  const secretOf = (name: string) => facts.azure.principals.find((one) => one.name === name)?.secret ?? '';
  const expectWithin = Math.max(2_000, estate.indexLagMs + 2_000);
  const timeout = 2_000 + 2 * Math.max(...Object.values(estate.latencyMs));

  return {
    LOCAL_STACK: 'true',
    MODE: mode,
    MANAGING_TENANT_ID: estate.managingTenant.tenantId,
    PARTNER_ID: first.wantedPartnerId ?? '',
    GLOBAL_PARTNER_IDS: estate.partnerIds
      .filter(({ kind }) => kind === 'global')
      .map(({ id }) => id)
      .join(','),
    PRINCIPAL_NAME: first.name,
    PRINCIPAL_OBJECT_ID: first.objectId,
    PRINCIPAL_APPLICATION_ID: first.applicationId,
    PRINCIPAL_CREDENTIAL: 'secret',
    PRINCIPAL_SECRET: secretOf(first.name),
    ALLOW_SECRETS: 'true',
    ADDITIONAL_PRINCIPALS: JSON.stringify(
      others
        .filter(({ wantedPartnerId }) => wantedPartnerId !== null)
        .map((principal) => ({
          name: principal.name,
          objectId: principal.objectId,
          applicationId: principal.applicationId,
          partnerId: principal.wantedPartnerId ?? '',
          credential: 'secret',
          secret: secretOf(principal.name),
        })),
    ),
    OBSERVER_IDENTITY_CLIENT_ID: facts.azure.observer.clientId,
    OBSERVER_OBJECT_ID: facts.azure.observer.objectId,
    OFFER_NAME: `${estate.managingTenant.displayName} managed service`,
    ENGINEERS_GROUP_OBJECT_ID: stableGuid(`${estate.managingTenant.tenantId} engineers`),
    API_CLIENT_ID: apiClientId,
    TRUSTED_SOURCES: '*',
    ARM_ENDPOINT: facts.azure.url,
    AUTHORITY_HOST: facts.azure.url,
    ARM_TIMEOUT_MS: String(timeout),
    // A lease left by a killed host has to run out before those who wait for it are given up.
    LINK_LEASE_MS: String(3 * timeout + 1_000),
    IDENTITY_ENDPOINT: facts.azure.identityEndpoint.url,
    IDENTITY_HEADER: facts.azure.identityEndpoint.header,
    NODE_EXTRA_CA_CERTS: facts.azure.caFile,
    TABLES_CONNECTION_STRING: connectionStringOf(facts.tables),
    ServiceBus: facts.broker.connectionString,
    ONBOARDING_QUEUE: 'onboarding',
    RECONCILE_QUEUE: 'reconcile',
    SWEEPS_QUEUE: 'sweeps',
    NOTICES_QUEUE: 'notices',
    PARKED_QUEUE: 'parked',
    EXPECT_DELEGATION_WITHIN_MS: String(expectWithin),
    // The index lags here as long as the estate says, and no longer.
    INDEX_LAG_ALLOWANCE_MS: String(estate.indexLagMs),
    SECOND_LOOK_FIRST_PAUSE_MS: '250',
    SECOND_LOOKS_FOR_MS: String(expectWithin + 1_000),
    SWEEP_SCHEDULE: '0 0 2 * * *',
    WATCH_SCHEDULE: '0 */5 * * * *',
    DIGEST_SCHEDULE: '0 0 6 * * *',
    NOTICE_WINDOW_MS: '1000',
    NOTICE_BREACH_SCOPES: '1',
    SWEEP_FINISH_PAUSE_MS: '500',
    SWEEP_FINISH_LIMIT_MS: '20000',
    RETRY_LIMIT: '4',
    RETRY_BASE_MS: '250',
    RETRY_CAP_MS: '1000',
    THROTTLE_CEILING_MS: '12000',
  };
}
