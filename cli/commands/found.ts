import type { Command } from 'commander';
import pLimit from 'p-limit';
import type { z } from 'zod';
import type {
  adoptFound,
  dismissFound,
  foundTenant,
  listFound,
} from '../../src/functions/api/contract/found.ts';
import { misuse } from '../complaint.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import type { Column } from '../output.ts';

type Found = z.output<typeof foundTenant>;

const columns: readonly Column<Found>[] = [
  { title: 'TenantId', of: ({ tenantId }) => tenantId },
  { title: 'Subscriptions', of: ({ subscriptions }) => subscriptions },
  { title: 'Offers', of: ({ offers }) => offers.join('; ') },
  { title: 'FirstSeenAt', of: ({ firstSeenAt }) => firstSeenAt },
  { title: 'LastSeenAt', of: ({ lastSeenAt }) => lastSeenAt },
  { title: 'DismissedBy', of: ({ dismissed }) => dismissed?.by },
];

/** Calls under way at the same time. */
const AT_ONCE = 6;

export function addFound(program: Command, context: Context): void {
  const { api, print } = context;
  const found = program
    .command('found')
    .description('Customers that carry a delegation to us and were announced by nobody (ADOPT=review)');

  withExamples(
    found
      .command('list', { isDefault: true })
      .description('List found customers, those dismissed among them')
      .action(async () => {
        const { items, more } = await listed(context);
        print(items, columns);
        if (more) context.tell(`There are more than ${items.length}: decide about these first.`);
      }),
    [["pal found list --query '[?dismissed==null]' -o table", 'Those nobody has decided about']],
  );

  withExamples(
    found
      .command('adopt')
      .description('Register a found customer, and have it looked at')
      .argument('[tenantId]')
      .option('--all', 'all that nobody has dismissed')
      .option('-y, --yes', 'do not ask')
      .action(async (tenantId: string | undefined, { all, yes }: { all?: true; yes?: true }) => {
        if ((tenantId === undefined) !== (all ?? false)) {
          throw misuse('It has to be said which customer.', 'Give one of: a tenant id, --all.');
        }
        if (tenantId !== undefined) print(await adopt(context, tenantId));
        else print(await adoptAll(context, yes ?? false));
      }),
    [
      ['pal found adopt <tenantId>', 'Begin to look after one'],
      ['pal found adopt --all --yes', 'All at once, without being asked'],
    ],
  );

  found
    .command('dismiss')
    .description('None of ours: it is not put up again while it is delegated to us')
    .argument('<tenantId>')
    .action(async (tenantId: string) => {
      const of = { path: '/found-tenants/{tenantId}/dismiss', params: { tenantId } } as const;
      print((await api().call<typeof dismissFound>({ method: 'POST', ...of })).body);
    });
}

async function listed({ api }: Context) {
  return (await api().call<typeof listFound>({ method: 'GET', path: '/found-tenants' })).body;
}

async function adopt({ api }: Context, tenantId: string) {
  const of = { path: '/found-tenants/{tenantId}/adopt', params: { tenantId } } as const;
  return (await api().call<typeof adoptFound>({ method: 'POST', ...of })).body;
}

/** The API shows so many at a time; what is adopted makes room for the rest. */
async function adoptAll(context: Context, yes: boolean) {
  const open = async () => {
    const { items, more } = await listed(context);
    return { open: items.filter(({ dismissed }) => dismissed === null), more };
  };
  let next = await open();
  const count = `${next.open.length}${next.more ? ' and more' : ''}`;
  if (next.open.length > 0) await context.confirm(`Register ${count} customers?`, yes);
  const atOnce = pLimit(AT_ONCE);
  const adopted: Awaited<ReturnType<typeof adopt>>[] = [];
  while (next.open.length > 0) {
    adopted.push(...(await atOnce.map(next.open, ({ tenantId }) => adopt(context, tenantId))));
    context.progress(`${adopted.length} so far…`);
    if (!next.more) break;
    next = await open();
  }
  return adopted;
}
