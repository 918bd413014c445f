import type { Command } from 'commander';
import pLimit from 'p-limit';
import type {
  getTenant,
  listTenants,
  TenantDetail,
  TenantItem,
} from '../../src/functions/api/contract/tenants.ts';
import type { acceptGap } from '../../src/functions/api/contract/told.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import type { Column } from '../output.ts';
import { follow } from '../pages.ts';
import { endOf } from '../time.ts';
import { filterQuery, withFilter, type TenantFilter } from './tenants.ts';

type ListedGap = TenantDetail['gaps'][number] & Pick<TenantItem, 'tenantId' | 'displayName'>;

const columns: readonly Column<ListedGap>[] = [
  { title: 'Name', of: ({ displayName }) => displayName },
  { title: 'TenantId', of: ({ tenantId }) => tenantId },
  { title: 'Gap', of: ({ id }) => id },
  { title: 'Reason', of: ({ reason }) => reason },
  { title: 'OpenedAt', of: ({ openedAt }) => openedAt },
  { title: 'AcceptedUntil', of: ({ accepted }) => accepted?.until },
];

/** Tenants read at the same time. */
const AT_ONCE = 6;

export function addGaps(program: Command, context: Context): void {
  const gaps = program.command('gaps').description('Scopes that do not earn, from when to when, and why');

  withExamples(
    withFilter(gaps.command('list', { isDefault: true }).description('List open gaps'))
      .option('--tenant-id <id>', 'those of one tenant')
      .action(async (options: TenantFilter & { tenantId?: string }) => {
        const tenants = options.tenantId ? [options.tenantId] : await tenantsWithGaps(context, options);
        const atOnce = pLimit(AT_ONCE);
        let read = 0;
        const found = await atOnce.map(tenants, async (tenantId) => {
          const tenant = await readTenant(context, tenantId);
          context.progress(`${(read += 1)} of ${tenants.length} tenants…`);
          const { displayName } = tenant;
          return tenant.gaps.map((gap) => ({ tenantId: tenant.tenantId, displayName, ...gap }));
        });
        context.print(found.flat(), columns);
      }),
    [['pal gaps list -o table', 'Everything that does not earn and should']],
  );

  withExamples(
    gaps
      .command('accept')
      .description('Accept an open gap until a time: it is neither counted nor alarmed as long')
      .argument('<tenantId>')
      .argument('<gap>', 'its id, as pal gaps list shows it')
      .requiredOption('--why <text>', 'why it is meant, for whoever asks later')
      .requiredOption('--until <time>', 'until when (a day, or an ISO 8601 instant)')
      .option('--ticket <text>', 'where it is written down')
      .action(
        async (tenantId: string, gapId: string, said: { why: string; until: string; ticket?: string }) => {
          const { why, ticket } = said;
          const { body } = await context.api().call<typeof acceptGap>({
            method: 'POST',
            path: '/tenants/{tenantId}/gaps/{gapId}/accept',
            params: { tenantId, gapId },
            body: { why, until: endOf(said.until), ...(ticket === undefined ? {} : { ticket }) },
          });
          context.print(
            body.gaps.map((gap) => ({ tenantId, displayName: body.displayName, ...gap })),
            columns,
          );
        },
      ),
    [
      [
        'pal gaps accept <tenantId> <gap> --why "closes in spring" --until 2027-03-31',
        'Stop being told of it',
      ],
    ],
  );
}

/** The ids of the tenants that have gaps; the list knows how many each has. */
async function tenantsWithGaps(context: Context, filter: TenantFilter): Promise<string[]> {
  const found = await follow(context, { top: Infinity, all: true }, async (top, continuation) => {
    const query = { ...filterQuery(filter), top, continuation };
    return (await context.api().call<typeof listTenants>({ method: 'GET', path: '/tenants', query })).body;
  });
  return found.filter(({ openGaps }) => openGaps > 0).map(({ tenantId }) => tenantId);
}

async function readTenant({ api }: Context, tenantId: string): Promise<TenantDetail> {
  const call = { method: 'GET', path: '/tenants/{tenantId}', params: { tenantId } } as const;
  return (await api().call<typeof getTenant>(call)).body;
}
