/**
 * Triggered by /api/tenants. Promises: a page of tenants as they stand now, as CSV a page or all that fit, or one registered
 * and a look at it asked for. A call that fails is told to the caller; registered again, a tenant is registered once.
 */
import { listTenants, registerTenant } from './contract/tenants.ts';
import { csvOf } from './edge/csv.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { file, refuse, reply } from './edge/reply.ts';
import { tenantAsTold } from './view/as-told.ts';
import { tenantItemOf, tenantSheet, type Tenants } from './view/tenant-item.ts';

const PAGE = 100;
/** Rows of one file: the platform holds an answer whole before it sends it (docs/adr/0016-csv-in-pages.md). */
const MOST_ROWS = 100_000;
const TOO_MANY =
  'More than 100,000 tenants fit. Ask for them in pages (top, continuation), as pal export does.';

export const tenants = endpoint('api-tenants', [
  serve(listTenants, async ({ query, api, asCsv }) => {
    const { top, continuation, bom, ...filter } = query;
    const range = { top: top ?? PAGE, after: continuation ?? null };
    const all = asCsv && top === undefined && continuation === undefined;
    if (all) return fileOf(api.exportTenants(filter), bom, null);
    const page = await api.listTenants(filter, range);
    if (asCsv) return fileOf(page.items, bom, page.continuation);
    return reply(200, { ...page, items: page.items.map(tenantItemOf) });
  }),
  serve(registerTenant, async ({ body: { tenantId, ...facts }, api, caller }) => {
    const word = { tenantId, facts, presence: 'onboarded', by: caller.objectId, mustBeKnown: false } as const;
    const told = await tenantAsTold(api, word);
    if ('refused' in told) return told;
    const location = `/api/tenants/${tenantId}`;
    return told.isNew ? reply(201, told.tenant, { location }) : reply(200, told.tenant);
  }),
]);

async function fileOf(found: Tenants, bom: string | undefined, continuation: string | null) {
  const csv = await csvOf(tenantSheet(found, bom === 'true'), MOST_ROWS);
  return csv ? file(csv, continuation) : refuse('invalid-request', TOO_MANY);
}
