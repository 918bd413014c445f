import type { Log } from '../domain/log.ts';
import type { Clock, Queues, RoleDecisions, TenantList } from '../domain/ports.ts';
import { decidedRoles, whyFixed, type RoleDecision, type RolesBySetting } from '../domain/role-decision.ts';
import { makeRoleTable, type RoleStanding } from '../domain/role-table.ts';
import { ask } from './ask.ts';
import { makeCrew } from './crew.ts';
import { ROLES_KEPT_MS } from './current-roles.ts';

export interface DecideRolesDeps {
  readonly decisions: RoleDecisions;
  readonly rolesBySetting: RolesBySetting;
  readonly list: Pick<TenantList, 'withUnknownRoles'>;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly log: Log;
  readonly digest: (text: string) => string;
}

/** A role that no table told of when tenants were last looked at: one item for the whole estate. */
export interface UnknownRole {
  readonly roleId: string;
  readonly tenants: number;
  readonly scopes: number;
  /** The first of the tenants by id. */
  readonly example: { readonly tenantId: string; readonly displayName: string | null };
  /** Not `unknown` where it was decided since: its tenants are still to be looked at. */
  readonly standing: RoleStanding;
}

export interface RolesShown {
  /** Those on most scopes first. */
  readonly unknown: readonly UnknownRole[];
  readonly decisions: readonly RoleDecision[];
}

export interface RoleWord {
  readonly roleId: string;
  readonly earns: boolean;
  readonly source: string;
  readonly by: string;
  readonly lookNow: boolean;
}

export type RoleAnswer =
  | { readonly kind: 'refused'; readonly message: string }
  | {
      readonly kind: 'decided';
      readonly decision: RoleDecision;
      /** Tenants with scopes that rest on it, and how many of them were asked to be looked at. */
      readonly tenants: number;
      readonly asked: number;
    };

export interface DecideRoles {
  list(): Promise<RolesShown>;
  decide(word: RoleWord): Promise<RoleAnswer>;
}

/** So many tenants are asked to be looked at by one call; the next sweep comes by all of them. */
const MOST_ASKED = 1_000;
const SENT_AT_ONCE = 16;

/**
 * Decisions about roles that Partner Center's list does not name: neither yes nor no until somebody says so, once for the
 * whole estate. The next sweep sees every tenant such a decision changes, because what the index shows of it no longer has
 * the digest on record. Throws `Failure` when a table or the queue fails; said again, a decision completes what was begun.
 */
export function makeDecideRoles(deps: DecideRolesDeps): DecideRoles {
  return {
    async list() {
      const decisions = await deps.decisions.all();
      const roles = makeRoleTable(decidedRoles(decisions, deps.rolesBySetting));
      const found = await unknownRoles(deps);
      const unknown = found.map((role) => ({ ...role, standing: roles.standing(role.roleId) }));
      return { unknown, decisions };
    },
    async decide(word) {
      const roleId = word.roleId.toLowerCase();
      const message = whyFixed(roleId, deps.rolesBySetting);
      if (message !== null) return { kind: 'refused', message };
      const decision = await onRecord(deps, { ...word, roleId });
      const concerned = await tenantsWith(deps, roleId);
      const asked = word.lookNow ? concerned.slice(0, MOST_ASKED) : [];
      await askForLooks(deps, decision, asked);
      const { earns, by } = decision;
      deps.log.info('role.decided', { roleId, earns, by, tenants: concerned.length, asked: asked.length });
      return { kind: 'decided', decision, tenants: concerned.length, asked: asked.length };
    },
  };
}

async function unknownRoles({ list }: DecideRolesDeps): Promise<Omit<UnknownRole, 'standing'>[]> {
  const found = new Map<string, Omit<UnknownRole, 'standing'>>();
  for await (const { tenantId, displayName, unknownRoles: roles } of list.withUnknownRoles()) {
    for (const [roleId, scopes] of Object.entries(roles)) {
      const before = found.get(roleId) ?? {
        roleId,
        tenants: 0,
        scopes: 0,
        example: { tenantId, displayName },
      };
      found.set(roleId, { ...before, tenants: before.tenants + 1, scopes: before.scopes + scopes });
    }
  }
  return [...found.values()].sort((a, b) => b.scopes - a.scopes || a.roleId.localeCompare(b.roleId));
}

/** Writes a decision; the same one by the same person stands as it is, under its first time. */
async function onRecord(
  { decisions, clock }: DecideRolesDeps,
  { roleId, earns, source, by }: RoleWord,
): Promise<RoleDecision> {
  const known = (await decisions.all()).find((one) => one.roleId === roleId);
  if (known && known.earns === earns && known.source === source && known.by === by) return known;
  const decision = { roleId, earns, by, source, at: clock().toISOString() };
  await decisions.write(decision);
  return decision;
}

async function tenantsWith({ list }: DecideRolesDeps, roleId: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { tenantId, unknownRoles: roles } of list.withUnknownRoles()) {
    if (roleId in roles) found.push(tenantId);
  }
  return found;
}

/** Looks a moment from now, when no worker judges by the former table any more. */
async function askForLooks(
  { queues, clock, digest }: DecideRolesDeps,
  { roleId, at: decidedAt }: RoleDecision,
  tenants: readonly string[],
): Promise<void> {
  const at = new Date(clock().getTime() + 2 * ROLES_KEPT_MS);
  const id = `role-${digest(`${roleId}|${decidedAt}`)}`.slice(0, 40);
  const cause = { kind: 'role-decision' as const, id };
  const crew = makeCrew(SENT_AT_ONCE);
  try {
    for (const tenant of tenants) {
      const request = { subject: 'tenant' as const, id: tenant, cause, attempt: 0, hop: 0 };
      await crew.start(() => ask(queues, { ...request, since: at.toISOString() }, at));
    }
  } finally {
    await crew.end();
  }
}
