import type { Command } from 'commander';
import type { z } from 'zod';
import type { link, listLinks } from '../../src/functions/api/contract/links.ts';
import type {
  linkOrderAnswer,
  relinkLink,
  restoreLink,
  unlinkLink,
} from '../../src/functions/api/contract/relink.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import { outcomeColumns, reportOutcome, waitHeaders, withWaiting, type WaitOptions } from '../outcome.ts';
import { inOneLine, type Column } from '../output.ts';
import { follow, type PagingOptions } from '../pages.ts';
import { withPaging } from '../paging-options.ts';

const linkColumns: readonly Column<z.output<typeof link>>[] = [
  { title: 'Principal', of: ({ principal }) => principal },
  { title: 'TenantId', of: ({ tenantId }) => tenantId },
  { title: 'State', of: ({ state }) => state },
  { title: 'PartnerId', of: ({ partnerId }) => partnerId },
  { title: 'Wanted', of: ({ wanted }) => wanted ?? 'held' },
  { title: 'ReadAt', of: ({ readAt }) => readAt },
  { title: 'Trouble', of: ({ failure }) => failure?.kind },
];

interface OrderOptions extends WaitOptions {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly tenantId?: string;
  readonly why?: string;
  readonly until?: string;
  readonly partnerId?: string;
}

export function addLinks(program: Command, context: Context): void {
  const { api, print } = context;
  const links = program
    .command('links')
    .description('Partner admin links: which identity is linked to which partner ID');

  withPaging(links.command('list').description('List links')).action(async (options: PagingOptions) => {
    const items = await follow(context, options, async (top, continuation) => {
      const query = { top, continuation };
      return (await api().call<typeof listLinks>({ method: 'GET', path: '/links', query })).body;
    });
    print(items, linkColumns);
  });

  withExamples(
    orderCommand(links, 'unlink', 'Remove a link, and keep it from being made again')
      .requiredOption('--why <text>', 'for the record')
      .option('--until <time>', 'when the link is wanted again (ISO 8601)')
      .action((principal: string, { until, ...options }: OrderOptions) =>
        order(context, 'unlink', options, (said) =>
          api().call<typeof unlinkLink>({
            ...{ method: 'POST', path: '/links/{principal}/unlink', params: { principal } },
            ...{ headers: said.headers, body: { ...said.body, until } },
          }),
        ),
      ),
    [['pal links unlink pal-link --why "the partner ID moves" --dry-run', 'See how much rests on a link']],
  );
  orderCommand(links, 'restore', 'Want a link again')
    .option('--why <text>', 'for the record')
    .action((principal: string, options: OrderOptions) =>
      order(context, 'restore', options, (said) =>
        api().call<typeof restoreLink>({
          ...{ method: 'POST', path: '/links/{principal}/restore', params: { principal } },
          ...said,
        }),
      ),
    );
  orderCommand(links, 'relink', 'Link to a partner ID, replacing another')
    .option('--why <text>', 'for the record')
    .option('--partner-id <id>', 'the partner ID (default: the one of the settings)')
    .action((principal: string, { partnerId, ...options }: OrderOptions) =>
      order(context, 'relink', options, (said) =>
        api().call<typeof relinkLink>({
          ...{ method: 'POST', path: '/links/{principal}/relink', params: { principal } },
          ...{ headers: said.headers, body: { ...said.body, partnerId } },
        }),
      ),
    );
}

function orderCommand(links: Command, verb: string, description: string): Command {
  return withWaiting(
    links
      .command(verb)
      .description(`${description}; first shows what rests on the link, and asks`)
      .argument('<principal>', 'its name, as pal links list shows it')
      .option('--tenant-id <id>', 'a customer’s tenant, for the link there (default: the principal’s home)')
      .option('--dry-run', 'show what rests on the link, and do nothing')
      .option('-y, --yes', 'do not ask'),
  );
}

interface Said {
  readonly headers: ReturnType<typeof waitHeaders> | Record<string, never>;
  readonly body: {
    readonly tenantId: string | undefined;
    readonly why: string | undefined;
    readonly expectedCurrentPartnerId?: string | null;
    readonly confirmAffected?: number;
  };
}

type Answer =
  | { readonly status: 200; readonly body: z.output<typeof linkOrderAnswer> }
  | { readonly status: 202; readonly body: { readonly causeId: string } };

/** Asks what rests on the link, shows it, has it confirmed, and gives the order as the preview was. */
async function order(
  context: Context,
  verb: string,
  { tenantId, why, yes, dryRun, ...waiting }: OrderOptions,
  send: (said: Said) => Promise<Answer>,
): Promise<void> {
  const { print, tell, progress } = context;
  const body = { tenantId, why };
  progress('Reading the link…');
  // Under a key of one's own the order may have been given before: then it is answered by what was done.
  const known = !dryRun && waiting.idempotencyKey !== undefined;
  const first = await send({ headers: known ? waitHeaders(waiting) : {}, body });
  if (first.status === 202 || first.body.kind === 'done') {
    finish(context, first);
    return;
  }
  const { preview } = first.body;
  if (dryRun) {
    print(preview);
    return;
  }
  tell(describe(preview));
  await context.confirm(`${verb.charAt(0).toUpperCase()}${verb.slice(1)}?`, yes ?? false);
  progress('Waiting for the outcome…');
  const { currentPartnerId: expectedCurrentPartnerId, affected } = preview;
  const confirmed = { ...body, expectedCurrentPartnerId, confirmAffected: affected.tenants };
  finish(context, await send({ headers: waitHeaders(waiting), body: confirmed }));
}

type Preview = Extract<z.output<typeof linkOrderAnswer>, { readonly kind: 'preview' }>['preview'];

function describe({ principal, tenantId, affected, mode, ...of }: Preview): string {
  const partner = of.currentPartnerName ? ` (${inOneLine(of.currentPartnerName)})` : '';
  const now = of.currentPartnerId === null ? 'not linked' : `linked to ${of.currentPartnerId}${partner}`;
  return [
    `${principal} in tenant ${tenantId} is ${now}; afterwards: ${of.partnerIdAfter ?? 'no link'}.`,
    `${affected.tenants} tenants with ${affected.scopes} scopes rest on it.`,
    ...(mode === 'observe' ? ['The app only observes (MODE): nothing will be written in Azure.'] : []),
  ].join('\n');
}

function finish({ print, tell }: Context, { status, body }: Answer): void {
  if (status === 202) {
    print(body);
    tell('Its outcome is not there yet: pal links list');
  } else if (body.kind === 'done') {
    print(body.asked, outcomeColumns);
    reportOutcome(body.asked);
  } else {
    print(body.preview);
  }
}
