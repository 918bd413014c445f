import { Failure } from '../../domain/failure.ts';
import type { ArmClient } from './arm-client.ts';
import { subscriptionPage } from './delegation-shapes.ts';
import { eachPage } from './pages.ts';

/** Whose subscription it is: ids alone, so that a hundred thousand of them are no burden. */
export interface DirectoryEntry {
  readonly tenantId: string;
  readonly subscriptionId: string;
}

/**
 * Every subscription the caller sees, in the order of tenants, so that whatever is asked in batches of them comes tenant
 * by tenant. Throws `Failure` when a page cannot be had: a list with holes would hide customers.
 */
export async function readDirectory(arm: ArmClient): Promise<readonly DirectoryEntry[]> {
  const what = 'the subscriptions were listed';
  const entries: DirectoryEntry[] = [];
  const tenants = new Map<string, string>();
  const path = '/subscriptions?api-version=2022-12-01';
  for await (const one of eachPage(arm, { path, what }, subscriptionPage)) {
    if (one.kind === 'no-access') throw new Failure('denied', `Azure answered ${one.status} when ${what}.`);
    for (const found of one.value) {
      const id = found.tenantId.toLowerCase();
      const tenantId = tenants.get(id) ?? id;
      tenants.set(tenantId, tenantId);
      entries.push({ tenantId, subscriptionId: found.subscriptionId.toLowerCase() });
    }
  }
  return entries.sort(
    (a, b) => inOrder(a.tenantId, b.tenantId) || inOrder(a.subscriptionId, b.subscriptionId),
  );
}

/** By code unit, as the index and the ledger's list sort. */
export function inOrder(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
