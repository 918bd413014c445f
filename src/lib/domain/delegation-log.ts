/** What the managing tenant's activity log says of delegations: that one was made or changed, or that one was removed. */
export interface DelegationLogEntry {
  readonly action: 'register' | 'unregister';
  /** When it happened (ISO instant); the log shows it 3 to 20 minutes later. */
  readonly at: string;
  /** Shared by everything one deployment or removal did. */
  readonly correlationId: string;
  readonly tenantId: string;
  /** The delegated subscription or resource group (ARM id). */
  readonly scope: string;
}

/** One pass to be asked for: whatever one deployment or removal did in one tenant is one look. */
export interface LookCause {
  readonly tenantId: string;
  readonly correlationId: string;
}

export function looksFor(entries: readonly DelegationLogEntry[]): LookCause[] {
  const looks = entries.map(({ tenantId, correlationId }) => ({ tenantId, correlationId }));
  return [...new Map(looks.map((look) => [`${look.tenantId}|${look.correlationId}`, look])).values()];
}

/** How far one look at the log reaches; large tenants have trouble with large ranges. */
const LONGEST_MS = 24 * 60 * 60 * 1_000;

/**
 * The range to read: from where the last look ended, with an overlap, because entries come late; at first, the overlap
 * alone. Never more than a day, so that a watcher that was down for long catches up look by look.
 */
export function rangeToRead(upTo: string | null, overlapMs: number, now: Date): { from: Date; to: Date } {
  const from = new Date((upTo === null ? now.getTime() : Date.parse(upTo)) - overlapMs);
  const reach = Math.max(LONGEST_MS, 2 * overlapMs);
  return { from, to: new Date(Math.min(now.getTime(), from.getTime() + reach)) };
}
