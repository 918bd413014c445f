import type { DelegationLogEntry } from '../../src/lib/domain/delegation-log.ts';
import type { DelegationLog, DelegationWatch } from '../../src/lib/domain/ports.ts';
import { scopeKey } from '../../src/lib/domain/scope.ts';
import { aTrouble, type Trouble } from './storage.ts';

/** What the log has been read for, in memory. */
export function makeFakeDelegationWatch(): DelegationWatch & Trouble {
  const rows = new Map<string, { entry: DelegationLogEntry; asked: boolean }>();
  const trouble = aTrouble();
  const keyOf = ({ tenantId, scope }: DelegationLogEntry) => `${tenantId}|${scopeKey({ id: scope })}`;
  let upTo: string | null = null;
  return {
    ...trouble,
    place: async () => Promise.resolve(upTo),
    async moveTo(at) {
      trouble.meet('moveTo');
      upTo = at;
      return Promise.resolve();
    },
    async note(entry) {
      const known = rows.get(keyOf(entry));
      if (known?.entry.at === entry.at) return Promise.resolve(!known.asked);
      if (known && known.entry.at > entry.at) return Promise.resolve(false);
      rows.set(keyOf(entry), { entry, asked: false });
      return Promise.resolve(true);
    },
    async asked(entry) {
      rows.set(keyOf(entry), { entry, asked: true });
      return Promise.resolve();
    },
    async removals(tenantId) {
      const found = [...rows.values()]
        .map(({ entry }) => entry)
        .filter((entry) => entry.tenantId === tenantId && entry.action === 'unregister');
      return Promise.resolve(new Map(found.map(({ scope, at }) => [scopeKey({ id: scope }), at])));
    },
  };
}

/** A log that shows the entries given, as far as they lie in the range asked for. */
export function makeFakeDelegationLog(entries: readonly DelegationLogEntry[]): DelegationLog {
  return {
    entries: async (from, to) =>
      Promise.resolve(entries.filter(({ at }) => at >= from.toISOString() && at <= to.toISOString())),
  };
}
