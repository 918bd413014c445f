import { Option, type Command } from 'commander';
import type { z } from 'zod';
import type { decideRole, listUnknownRoles, unknownRoles } from '../../src/functions/api/contract/roles.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import type { Column } from '../output.ts';

type Shown = z.output<typeof unknownRoles>;

const unknownColumns: readonly Column<Shown['items'][number]>[] = [
  { title: 'RoleId', of: ({ roleId }) => roleId },
  { title: 'Standing', of: ({ standing }) => standing },
  { title: 'Tenants', of: ({ tenants }) => tenants },
  { title: 'Scopes', of: ({ scopes }) => scopes },
  { title: 'Example', of: ({ example }) => example.displayName ?? example.tenantId },
];

const decisionColumns: readonly Column<Shown['decisions'][number]>[] = [
  { title: 'RoleId', of: ({ roleId }) => roleId },
  { title: 'Earns', of: ({ earns }) => earns },
  { title: 'By', of: ({ by }) => by },
  { title: 'Source', of: ({ source }) => source },
  { title: 'At', of: ({ at }) => at },
];

export function addRoles(program: Command, context: Context): void {
  const { api, print } = context;
  const roles = program.command('roles').description('Roles that Partner Center’s list does not name');

  withExamples(
    roles
      .command('list', { isDefault: true })
      .description('List the roles that scopes rest on and no table names, those on most scopes first')
      .option('--decided', 'what has been decided so far instead, by whom and on what source')
      .action(async ({ decided }: { decided?: true }) => {
        const call = { method: 'GET', path: '/roles/unknown' } as const;
        const { items, decisions } = (await api().call<typeof listUnknownRoles>(call)).body;
        if (decided) print(decisions, decisionColumns);
        else print(items, unknownColumns);
      }),
    [['pal roles list -o table', 'What waits for a decision']],
  );

  withExamples(
    roles
      .command('decide')
      .description('Decide for the whole estate whether a role earns; the last word counts')
      .argument('<roleId>', 'the role definition’s GUID')
      .addOption(
        new Option('--earns <yes or no>', 'whether it does').choices(['true', 'false']).makeOptionMandatory(),
      )
      .requiredOption('--source <text>', 'where that is known from: a link, or words')
      .option('--no-look', 'leave the tenants concerned to the next sweep')
      .action(async (roleId: string, { earns, source, look }: DecideOptions) => {
        const { body } = await api().call<typeof decideRole>({
          ...{ method: 'PUT', path: '/roles/{roleId}', params: { roleId } },
          body: { earns: earns === 'true', source, lookNow: look },
        });
        print(body);
      }),
    [
      [
        'pal roles decide 91c1777a-f3dc-4fae-b103-61d183457e46 --earns false --source "case 4711"',
        'Partner Center has said that it earns nothing',
      ],
    ],
  );
}

interface DecideOptions {
  readonly earns: 'true' | 'false';
  readonly source: string;
  readonly look: boolean;
}
