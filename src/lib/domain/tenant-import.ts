import type { Facts } from './tenant.ts';

/** One line of a sheet of tenants that could be read. */
export interface ImportLine {
  /** Counted from 1, the header among them. */
  readonly line: number;
  readonly tenantId: string;
  readonly facts: Facts;
}

/** What is wrong with a line. */
export interface FaultyLine {
  readonly line: number;
  readonly problems: readonly string[];
}

/** A line that onboards a tenant again. */
export interface ReturningLine {
  readonly line: number;
  readonly tenantId: string;
  /** ISO instant. */
  readonly offboardedAt: string;
}

/** What a sheet of tenants says. */
export interface TenantSheet {
  readonly lines: readonly ImportLine[];
  readonly faulty: readonly FaultyLine[];
}
