/**
 * Puts tenants on the list as an earlier sweep would have left them, by the product's own judgement of the same estate.
 * Adopting a hundred thousand one by one would take longer than everything that is measured; that a steady sweep then
 * finds nothing to do is checked, so a seed that differs from the real thing fails the run.
 */
import { createHash } from 'node:crypto';
import { TableClient, type TransactionAction } from '@azure/data-tables';
import { tenantRow } from '../src/lib/adapters/tables/tenant-list.ts';
import { assess } from '../src/lib/domain/assessment.ts';
import type { AssessmentRules } from '../src/lib/domain/pass-rules.ts';
import { makeRoleTable } from '../src/lib/domain/role-table.ts';
import { indexReadings } from '../src/lib/domain/sweep.ts';
import { newTenantRecord, type TenantRecord } from '../src/lib/domain/tenant-record.ts';
import { signatureOf } from '../src/lib/domain/tenant-summary.ts';
import { applyTelling } from '../src/lib/domain/tenant.ts';
import { subscriptionScope } from '../src/lib/domain/scope.ts';
import { everything } from '../src/lib/domain/watch.ts';
import {
  APPLICATION,
  EARNING_ROLE,
  MANAGING_TENANT,
  PARTNER_ID,
  PRINCIPAL,
  subscriptionId,
  tenantId,
} from './estates.ts';

const PER_TRANSACTION = 100;

/** Seeds customers number `from` to `to` of a Lighthouse estate. */
export async function seedTenants(tables: string, from: number, to: number): Promise<void> {
  await listTenants(tables, coveredTenants(from, to));
}

function* coveredTenants(from: number, to: number): Generator<TenantRecord> {
  const at = new Date();
  for (let customer = from; customer < to; customer++) yield coveredTenant(customer, at);
}

/** Puts tenants on the list, a hundred rows at a time. */
export async function listTenants(tables: string, records: Iterable<TenantRecord>): Promise<void> {
  const client = TableClient.fromConnectionString(tables, 'Tenants', { allowInsecureConnection: true });
  await client.createTable();
  const partitions = new Map<string, TransactionAction[]>();
  for (const record of records) {
    const row = tenantRow(record, digest(signatureOf(record.scopes)));
    const actions = partitions.get(row.partitionKey) ?? [];
    actions.push(['upsert', row, 'Replace']);
    partitions.set(row.partitionKey, actions);
    if (actions.length < PER_TRANSACTION) continue;
    await client.submitTransaction(actions);
    partitions.delete(row.partitionKey);
  }
  for (const actions of partitions.values()) await client.submitTransaction(actions);
}

const principal = {
  name: 'pal-link',
  homeTenantId: MANAGING_TENANT,
  objectId: PRINCIPAL,
  applicationId: APPLICATION,
  wantedPartnerId: PARTNER_ID,
  groupIds: [],
  formerObjectIds: [],
};

/** Customer number `at` as an earlier sweep would have left it, whose delegation gave the principal this role. */
export function coveredTenant(at: number, now: Date, roleId = EARNING_ROLE): TenantRecord {
  const registration = applyTelling(null, {
    tenantId: tenantId(at),
    facts: {},
    presence: 'onboarded',
    at: now,
    heardAt: now,
    source: 'sweep',
    trusted: true,
  });
  const scope = subscriptionScope(subscriptionId(at));
  const rules: AssessmentRules = {
    managingTenantId: MANAGING_TENANT,
    identities: { principal, others: [] },
    partnerRole: 'direct-bill',
    watchRules: everything,
    roles: makeRoleTable(),
    expectDelegationWithinMs: 0,
  };
  const readings = indexReadings(
    [
      {
        facts: {
          subscriptionId: subscriptionId(at),
          tenantId: tenantId(at),
          displayName: 'Production',
          state: 'Enabled',
          quotaId: 'CSP_2015-05-01',
          managedByTenantIds: [MANAGING_TENANT],
        },
        delegations: [
          {
            id: `${scope.id}/providers/Microsoft.ManagedServices/registrationAssignments/seed`,
            scope,
            managedByTenantId: MANAGING_TENANT,
            offer: 'Managed service',
            plan: null,
            provisioningState: 'Succeeded',
            authorizations: [{ principalId: PRINCIPAL, principalName: null, roleId }],
            eligibleAuthorizations: [],
          },
        ],
      },
    ],
    rules,
  );
  const look = { at: now, causeId: 'seed', readings };
  return { ...assess(newTenantRecord(registration), look, rules).record, lastOutcome: 'assessed' };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
