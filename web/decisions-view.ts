/** What waits for an operator's word. */
import type { FoundTenant, FoundTenants, Sweep, UnknownRole, UnknownRoles } from './contract.ts';

export interface Waiting {
  /** The sweep that holds bad news back, as long as nobody has confirmed it and no later one has spoken. */
  readonly held: Sweep | null;
  /** Customers that nobody announced, and nobody has dismissed. */
  readonly found: readonly FoundTenant[];
  /** Roles nobody has decided about. */
  readonly roles: readonly UnknownRole[];
}

export function waitingOf(read: {
  readonly sweeps: readonly Sweep[] | null;
  readonly found: FoundTenants | null;
  readonly roles: UnknownRoles | null;
}): Waiting {
  const last = read.sweeps?.find(({ status }) => status === 'finished' || status === 'following-up');
  return {
    held: last && last.heldScopes > 0 && !last.confirmed ? last : null,
    found: read.found?.items.filter(({ dismissed }) => dismissed === null) ?? [],
    roles: read.roles?.items.filter(({ standing }) => standing === 'unknown') ?? [],
  };
}

/** How many decisions that makes: a held sweep is one. */
export function countOf({ held, found, roles }: Waiting): number {
  return (held ? 1 : 0) + found.length + roles.length;
}
