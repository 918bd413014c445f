import { Failure } from '../../domain/failure.ts';
import type { ArmClient } from './arm-client.ts';
import { subscriptionPage } from './delegation-shapes.ts';
import { eachPage } from './pages.ts';

/** Whose subscription it is. */
export interface DirectoryEntry {
  readonly tenantId: string;
  readonly subscriptionId: string;
}

/** Every subscription the caller sees, in the order of tenants: ids alone, so that a hundred thousand are no burden. */
export interface Directory {
  /** Portions of at most so many, tenant by tenant; of some tenants alone where they are given. */
  portions(size: number, of?: ReadonlySet<string>): readonly Portion[];
}

/** Made into text when it is asked for. */
export type Portion = () => readonly DirectoryEntry[];

/**
 * Reads the directory. Whatever is asked in portions of it comes tenant by tenant. Throws `Failure` when a page cannot be
 * had: a list with holes would hide customers.
 */
export async function readDirectory(arm: ArmClient): Promise<Directory> {
  const what = 'the subscriptions were listed';
  const entries: string[] = [];
  const path = '/subscriptions?api-version=2022-12-01';
  for await (const one of eachPage(arm, { path, what }, subscriptionPage)) {
    if (one.kind === 'no-access') throw new Failure('denied', `Azure answered ${one.status} when ${what}.`);
    for (const { tenantId, subscriptionId } of one.value) {
      entries.push(packed(tenantId, subscriptionId));
    }
  }
  entries.sort();
  return {
    portions(size, of) {
      const tenants = of && new Set([...of].map((id) => packed(id)));
      const chosen = tenants ? entries.filter((entry) => tenants.has(entry.slice(0, ID))) : entries;
      return Array.from(
        { length: Math.ceil(chosen.length / size) },
        (_, at) => () => chosen.slice(at * size, (at + 1) * size).map(unpacked),
      );
    },
  };
}

/** Bytes of a GUID. */
const ID = 16;

/** GUIDs as one string of their bytes, less than half of their text; the order is the same. */
function packed(...ids: readonly string[]): string {
  const bytes = Buffer.from(ids.join('').replaceAll('-', ''), 'hex');
  if (bytes.length === ids.length * ID) return bytes.toString('latin1');
  throw new Failure('unexpected', `Azure listed an id that is no GUID: ${ids.join(', ')}.`);
}

function unpacked(entry: string): DirectoryEntry {
  return { tenantId: guidOf(entry.slice(0, ID)), subscriptionId: guidOf(entry.slice(ID)) };
}

function guidOf(bytes: string): string {
  const hex = Buffer.from(bytes, 'latin1').toString('hex');
  const ends = [8, 12, 16, 20, 32];
  return ends.map((end, at) => hex.slice(ends[at - 1] ?? 0, end)).join('-');
}

/** By code unit, as the index and the ledger's list sort. */
export function inOrder(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
