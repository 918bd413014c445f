/** An API whose list of tenants holds as many as are asked for: the rows as the contract has them, made ahead. */
import { tenantPage, type TenantItem } from '../../src/functions/api/contract/tenants.ts';
import type { Answering } from './dashboard.ts';

const STATES = ['earning', 'earning', 'earning', 'partly-earning', 'not-earning', 'unobserved'] as const;
const PAGE = 1_000;

function customer(n: number): TenantItem {
  const state = STATES[n % STATES.length] ?? 'earning';
  const bad = state === 'not-earning' || state === 'partly-earning';
  return {
    tenantId: idOf(n),
    displayName: `Customer ${n} of the estate`,
    state,
    reason: bad ? 'role-not-eligible' : state === 'unobserved' ? 'denied' : null,
    stale: n % 50 === 0,
    lastGood: state === 'unobserved' ? null : '2026-03-10T02:00:00.000Z',
    failure: null,
    accessKinds: ['lighthouse'],
    agreement: 'azure-plan',
    principal: 'pal-link',
    tags: { region: n % 2 === 0 ? 'north' : 'south', tier: 'gold' },
    openGaps: bad ? 1 : 0,
    acceptedGaps: 0,
    daysAtRisk: { certain: bad ? n % 30 : 0, possible: bad ? n % 40 : 0, neverEarned: 0 },
    toReverify: 0,
    verdicts: bad ? { earning: 1, 'role-not-eligible': 1 } : { earning: 2 },
    lastOutcome: 'unchanged',
    announcedAt: '2026-01-10T02:00:00.000Z',
    offboardedAt: null,
    version: 1,
  };
}

function idOf(n: number): string {
  return `${n.toString(16).padStart(8, '0')}-0001-4000-8000-000000000001`;
}

/** Answers the list of tenants with `number` of them, page by page, and everything else as `otherwise` does. */
export function withManyCustomers(number: number, otherwise: Answering): Answering {
  const pages = new Map<string, string>();
  for (let from = 0; from < number; from += PAGE) {
    const items = Array.from({ length: Math.min(PAGE, number - from) }, (_, index) => customer(from + index));
    const next = from + PAGE < number ? idOf(from + PAGE) : null;
    const page = tenantPage.parse({ items, continuation: next, totals: null });
    pages.set(from === 0 ? '' : idOf(from), JSON.stringify(page));
  }
  return async (method, target, call) => {
    const url = new URL(target, 'http://localhost');
    if (url.pathname !== '/tenants') return otherwise(method, target, call);
    const text = pages.get(url.searchParams.get('continuation') ?? '') ?? '';
    const headers = new Headers({ 'content-type': 'application/json; charset=utf-8' });
    return { status: 200, headers, text, json: undefined };
  };
}
