import type { DaysAtRisk } from './days-at-risk.ts';
import type { LinkStanding } from './link.ts';
import type { TenantRecord } from './tenant-record.ts';
import type { TenantStanding } from './tenant-state.ts';
import type { TenantSummary } from './tenant-summary.ts';
import type { ObservedKind } from './tenant.ts';

/** A tenant in a list, with how it stands at the moment of reading. */
export interface ListedStanding {
  readonly summary: TenantSummary;
  readonly standing: TenantStanding;
  /** Of the last 30 UTC days. */
  readonly daysAtRisk: DaysAtRisk;
  /** The principal it uses: the one it names, else the default; null when the settings name none such. */
  readonly principal: string | null;
}

/** One tenant with everything on record of it. */
export interface TenantShown extends ListedStanding {
  readonly record: TenantRecord;
  /** The link behind each way of access a pass can look at. */
  readonly links: readonly (LinkStanding & { readonly access: ObservedKind })[];
}

/** What a list is narrowed by; what is absent narrows nothing. */
export interface TenantFilter {
  readonly state?: string | undefined;
  readonly reason?: string | undefined;
  /** How the id or the name begins, whatever the case. */
  readonly q?: string | undefined;
  /** `name`, or `name=value`. */
  readonly tag?: string | undefined;
  readonly principal?: string | undefined;
}

/** Whether a tenant is one of those asked for. */
export function fits({ summary, standing, principal }: ListedStanding, filter: TenantFilter): boolean {
  const { tenantId, facts } = summary.registration;
  const q = filter.q?.toLowerCase() ?? '';
  return (
    (filter.state === undefined || standing.state === filter.state) &&
    (filter.reason === undefined || standing.reason === filter.reason) &&
    (filter.principal === undefined || principal === filter.principal) &&
    (tenantId.startsWith(q) || (facts.displayName ?? '').toLowerCase().startsWith(q)) &&
    (filter.tag === undefined || hasTag(facts.tags ?? {}, filter.tag))
  );
}

function hasTag(tags: Readonly<Record<string, string>>, wanted: string): boolean {
  const [name = '', ...rest] = wanted.split('=');
  const value = tags[name];
  return value !== undefined && (rest.length === 0 || value === rest.join('='));
}
