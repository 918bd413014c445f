import type { LinkLedger, SweepLedger } from '../domain/ports.ts';
import type { Clock } from '../domain/ports.ts';
import { daysAtRisk, RISK_DAYS } from '../domain/days-at-risk.ts';
import type { ListedStanding } from '../domain/listed-standing.ts';
import { principalFor, type PassRules } from '../domain/pass-rules.ts';
import { standingOn, type StandingBasis } from '../domain/standing.ts';
import { sweptAt } from '../domain/sweep-record.ts';
import { linksOnRecord, type LinksOnRecord } from '../domain/tenant-state.ts';
import { expectedObjectId } from '../domain/tenant-record.ts';
import type { TenantSummary } from '../domain/tenant-summary.ts';
import { homeIdentity, type LinkRecord } from '../domain/link.ts';
import { observedKindsOf } from '../domain/tenant.ts';

export interface StandingDeps extends Pick<PassRules, 'principals' | 'principalRules' | 'watchRules'> {
  readonly links: Pick<LinkLedger, 'read' | 'all'>;
  readonly sweeps: Pick<SweepLedger, 'lastFinished'>;
  readonly staleAfterMs: number;
  readonly clock: Clock;
}

/** What any number of tenants stand on: every link on record. */
export async function basisForAll(deps: StandingDeps): Promise<StandingBasis> {
  const [links, sweep] = await Promise.all([linksOnRecord(deps.links.all()), deps.sweeps.lastFinished()]);
  return basis(deps, links, sweep);
}

/** What a page of tenants stands on: the links at home, and those in just these tenants; two round trips at the most. */
export async function basisForPage(
  deps: StandingDeps,
  page: Promise<readonly TenantSummary[]>,
): Promise<StandingBasis> {
  const [atHome, sweep, inTenants] = await Promise.all([
    readLinks(
      deps,
      deps.principals.map((principal) => homeIdentity(principal)),
    ),
    deps.sweeps.lastFinished(),
    page.then((tenants) =>
      readLinks(
        deps,
        tenants.flatMap((tenant) => linkWithin(deps, tenant)),
      ),
    ),
  ]);
  return basis(deps, await linksOnRecord(each([...atHome, ...inTenants])), sweep);
}

/** A tenant with its standing, and what it may have lost lately. */
export function listed(basis: StandingBasis, summary: TenantSummary): ListedStanding {
  const principal = principalFor(basis, summary.registration);
  const { now, sweep } = basis;
  return {
    summary,
    standing: standingOn(basis, summary),
    daysAtRisk: daysAtRisk(summary, { days: RISK_DAYS, now, sweptAt: sweptAt(summary, sweep) }),
    principal: principal?.name ?? null,
  };
}

function basis(deps: StandingDeps, links: LinksOnRecord, sweep: StandingBasis['sweep']): StandingBasis {
  const { principals, principalRules, watchRules, staleAfterMs, clock } = deps;
  return { links, sweep, principals, principalRules, watchRules, staleAfterMs, now: clock() };
}

interface Whose {
  readonly tenantId: string;
  readonly objectId: string;
}

async function readLinks({ links }: StandingDeps, whose: readonly Whose[]): Promise<LinkRecord[]> {
  const found = await Promise.all(whose.map(({ tenantId, objectId }) => links.read(tenantId, objectId)));
  return found.flatMap((link) => (link ? [link.record] : []));
}

function linkWithin(deps: StandingDeps, tenant: TenantSummary): Whose[] {
  const { registration } = tenant;
  const principal = principalFor(deps, registration);
  if (!principal || !observedKindsOf(registration).includes('service-principal')) return [];
  const objectId = expectedObjectId(tenant, principal);
  return objectId ? [{ tenantId: registration.tenantId, objectId }] : [];
}

async function* each<T>(items: readonly T[]): AsyncIterable<T> {
  yield* await Promise.resolve(items);
}
