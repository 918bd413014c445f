import { isUtf8 } from 'node:buffer';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import type {
  changeTenant,
  getHistory,
  getTenant,
  ImportResult,
  importTenants,
  listTenants,
  offboardTenant,
  registerTenant,
  tenantChange,
} from '../../src/functions/api/contract/tenants.ts';
import type { getRemedy } from '../../src/functions/api/contract/told.ts';
import { complaint, misuse } from '../complaint.ts';
import { readInput, type Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import type { Column } from '../output.ts';
import { follow, type PagingOptions } from '../pages.ts';
import { withPaging } from '../paging-options.ts';
import { portionsOf } from '../sheet-portions.ts';
import { showTenant, tenantColumns } from '../tenant-view.ts';
import { addTold } from './told.ts';

const changeColumns: readonly Column<z.output<typeof tenantChange>>[] = [
  { title: 'Version', of: ({ version }) => version },
  { title: 'At', of: ({ at }) => at },
  { title: 'Phase', of: ({ phase: { from, to } }) => (from === to ? to : `${from} → ${to}`) },
  {
    title: 'Scopes',
    of: ({ scopes, endings, moves, agreementChanges, reverified }) =>
      [
        ...scopes.map(({ scope, from, to }) => `${scope}: ${from ?? '–'} → ${to ?? '–'}`),
        ...endings.map(({ scope, to }) => `${scope}: ${to === null ? 'without an end' : `until ${to}`}`),
        ...moves.map((move) =>
          'to' in move
            ? `${move.subscriptionId}: went to tenant ${move.to}`
            : `${move.subscriptionId}: came from tenant ${move.from}`,
        ),
        ...agreementChanges.map(({ subscriptionId, from, to }) => `${subscriptionId}: ${from} → ${to}`),
        ...reverified.map((scope) => `${scope}: verified anew`),
      ].join('; '),
  },
];

export interface TenantFilter {
  readonly state?: string;
  readonly reason?: string;
  readonly starts?: string;
  readonly tag?: string;
  readonly principal?: string;
}

/** Adds what lists of tenants can be narrowed by. */
export function withFilter(command: Command): Command {
  return command
    .option('--state <state>', 'those in this state, such as not-earning')
    .option('--reason <reason>', 'those with this reason, such as role-not-eligible')
    .option('--starts <text>', 'those whose name or id begins so')
    .option('--tag <name[=value]>', 'those with this tag')
    .option('--principal <name>', 'those that use this principal');
}

/** A filter as the API takes it. */
export function filterQuery({ state, reason, starts, tag, principal }: TenantFilter) {
  return { state, reason, q: starts, tag, principal };
}

export function addTenants(program: Command, context: Context): void {
  const tenants = program.command('tenants').description('Customers’ tenants');
  addReads(tenants, context);
  addWrites(tenants, context);
  addTold(tenants, context);
}

function addReads(tenants: Command, context: Context): void {
  const { api, print } = context;

  withExamples(
    withPaging(withFilter(tenants.command('list').description('List tenants and how they stand'))).action(
      async (options: TenantFilter & PagingOptions) => {
        const items = await follow(context, options, async (top, continuation) => {
          const query = { ...filterQuery(options), top, continuation };
          return (await api().call<typeof listTenants>({ method: 'GET', path: '/tenants', query })).body;
        });
        print(items, tenantColumns);
      },
    ),
    [
      ['pal tenants list --state not-earning -o table', 'Who does not earn, and why'],
      ["pal tenants list --all --query '[?openGaps > `0`].tenantId' -o tsv", 'The ids of those with gaps'],
    ],
  );

  tenants
    .command('show')
    .description('Show one tenant: its scopes, gaps and links, and what to do')
    .argument('<tenantId>')
    .action(async (tenantId: string) => {
      const call = { method: 'GET', path: '/tenants/{tenantId}', params: { tenantId } } as const;
      showTenant(context, (await api().call<typeof getTenant>(call)).body);
    });

  withPaging(
    tenants
      .command('history')
      .description('Show what changed of a tenant, newest first')
      .argument('<tenantId>'),
  ).action(async (tenantId: string, options: PagingOptions) => {
    const items = await follow(context, options, async (top, continuation) => {
      const call = { method: 'GET', path: '/tenants/{tenantId}/history', params: { tenantId } } as const;
      return (await api().call<typeof getHistory>({ ...call, query: { top, continuation } })).body;
    });
    print(items, changeColumns);
  });

  withExamples(
    tenants
      .command('remedy')
      .description('Say what puts a tenant right, made from what is delegated now')
      .argument('<tenantId>')
      .option('--scope <id>', 'one scope, by its ARM id')
      .action(async (tenantId: string, { scope }: { scope?: string }) => {
        const call = { method: 'GET', path: '/tenants/{tenantId}/remedy', params: { tenantId } } as const;
        print((await api().call<typeof getRemedy>({ ...call, query: { scope } })).body);
      }),
    [
      [
        "pal tenants remedy <tenantId> --query 'firstSteps[0].template' > delegation.json",
        'The template for a customer who delegates nothing yet',
      ],
    ],
  );
}

interface FactOptions {
  readonly name?: string;
  readonly agreement?: string;
  readonly access?: readonly string[];
  readonly subscription?: readonly string[];
  readonly principal?: string;
  readonly servicePrincipal?: string;
  readonly tag?: Record<string, string>;
}

function withFacts(command: Command): Command {
  return command
    .option('--name <text>', 'what the customer is called')
    .addOption(
      new Option('--agreement <kind>', 'how the customer buys Azure').choices([
        ...['azure-plan', 'ea', 'mca', 'pay-as-you-go', 'unknown'],
      ]),
    )
    .option('--access <kind>', 'how we reach it: lighthouse, service-principal, …; may be repeated', listed)
    .option('--subscription <id>', 'one that is expected to be delegated; may be repeated', listed)
    .option('--principal <name>', 'the principal it uses')
    .option('--service-principal <objectId>', 'our service principal in its directory')
    .option('--tag <name=value>', 'a tag; may be repeated', tagsWith);
}

function listed(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function tagsWith(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** What was said, as the API takes it; what was not is left out. */
function factsOf(options: FactOptions) {
  const facts = {
    displayName: options.name,
    agreement: options.agreement,
    accessKinds: options.access,
    subscriptionIds: options.subscription,
    principal: options.principal,
    servicePrincipalObjectId: options.servicePrincipal,
    tags: options.tag,
  };
  const said = Object.entries(facts).filter(([, value]) => value !== undefined);
  // The API checks the words themselves, and says which are wrong.
  return Object.fromEntries(said) as Omit<z.input<typeof registerTenant.body.schema>, 'tenantId'>;
}

function addWrites(tenants: Command, context: Context): void {
  const { api } = context;

  withExamples(
    withFacts(
      tenants
        .command('register')
        .description('Register a tenant, or onboard it again')
        .argument('<tenantId>'),
    ).action(async (tenantId: string, options: FactOptions) => {
      const body = { tenantId, ...factsOf(options) };
      const answer = await api().call<typeof registerTenant>({ method: 'POST', path: '/tenants', body });
      showTenant(context, answer.body);
    }),
    [['pal tenants register <tenantId> --name Contoso --tag team=north', 'Begin to look after a customer']],
  );

  withFacts(
    tenants.command('update').description('Change what is known of a tenant').argument('<tenantId>'),
  ).action(async (tenantId: string, options: FactOptions) => {
    const call = { method: 'PATCH', path: '/tenants/{tenantId}', params: { tenantId } } as const;
    showTenant(context, (await api().call<typeof changeTenant>({ ...call, body: factsOf(options) })).body);
  });

  withExamples(
    tenants
      .command('import')
      .description('Register many tenants from a CSV file; bad lines are told one by one, good ones imported')
      .argument('<file>', 'the file, or - for standard input')
      .option('--dry-run', 'say what would be imported, and import nothing')
      .action(async (file: string, { dryRun }: { dryRun?: true }) =>
        importFile(context, file, dryRun ?? false),
      ),
    [['pal tenants import customers.csv --dry-run', 'See what is wrong with a file before it is imported']],
  );

  tenants
    .command('offboard')
    .description('Offboard a tenant: it is no longer ours, and its history stays')
    .argument('<tenantId>')
    .option('-y, --yes', 'do not ask')
    .action(async (tenantId: string, { yes }: { yes?: true }) => {
      const of = { path: '/tenants/{tenantId}', params: { tenantId } } as const;
      if (!yes) {
        const { body: tenant } = await api().call<typeof getTenant>({ method: 'GET', ...of });
        const { displayName, state, scopes } = tenant;
        const name = displayName ?? tenantId;
        await context.confirm(
          `Offboard ${name} (${state}, ${scopes.length} scopes)? Nothing is written in Azure.`,
          false,
        );
      }
      const answer = await api().call<typeof offboardTenant>({ method: 'DELETE', ...of });
      showTenant(context, answer.body);
    });
}

async function importFile(
  { api, print, tell, progress }: Context,
  file: string,
  dryRun: boolean,
): Promise<void> {
  progress('Importing…');
  const sheet = readInput(file);
  // Decoded all the same, what is no UTF-8 would be imported with holes in its names.
  if (!isUtf8(sheet)) throw misuse(`${file} is not UTF-8.`, 'Save the sheet as “CSV UTF-8”.');
  const result: ImportResult = { dryRun, lines: 0, imported: 0, onboardedAgain: [], refused: [] };
  for (const body of portionsOf(sheet.toString('utf8'))) {
    const call = { method: 'POST', path: '/tenants/import', query: { dryRun: String(dryRun) } } as const;
    const { body: part } = await api().call<typeof importTenants>({ ...call, body });
    result.lines += part.lines;
    result.imported += part.imported;
    result.onboardedAgain.push(...part.onboardedAgain);
    result.refused.push(...part.refused);
    progress(`${result.lines} lines so far…`);
  }
  for (const { line, problems } of result.refused) tell(`line ${line}: ${problems.join('; ')}`);
  for (const { line, offboardedAt } of result.onboardedAgain)
    tell(
      `line ${line}: was offboarded on ${offboardedAt.slice(0, 10)}, and ${dryRun ? 'would be' : 'is'} onboarded again`,
    );
  print(result);
  if (result.refused.length > 0) {
    const imported = `${result.imported} ${dryRun ? 'would be' : 'were'} imported`;
    throw complaint(`${result.refused.length} of ${result.lines} lines are wrong; ${imported}.`, {
      remedy: 'Put those lines right and import them again: what is on record already stays as it is.',
    });
  }
}
