import { Option, type Command } from 'commander';
import type { z } from 'zod';
import type { attest, getRemedy, recordPartnerOfRecord } from '../../src/functions/api/contract/told.ts';
import { readInput, type Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import type { Column } from '../output.ts';
import { showTenant } from '../tenant-view.ts';
import { instantOf } from '../time.ts';

type PartnerOfRecord = z.output<(typeof getRemedy)['answers'][200]['schema']>['partnersOfRecord'][number];

const columns: readonly Column<PartnerOfRecord>[] = [
  { title: 'SubscriptionId', of: ({ subscriptionId }) => subscriptionId },
  { title: 'Status', of: ({ status }) => status },
  { title: 'Applies', of: (one) => one['applies'] },
  { title: 'PartnerId', of: (one) => one['partnerId'] },
];

/** What only people know of a tenant: links that no pass can read, and partners of record. */
export function addTold(tenants: Command, context: Context): void {
  withExamples(
    tenants
      .command('attest')
      .description('Show a link that no pass can read: a guest’s, or a directory account’s')
      .argument('<tenantId>')
      .argument(
        '<link>',
        'what az managementpartner show or Get-AzManagementPartner prints: JSON, @FILE, or - for standard input',
      )
      .requiredOption('--by <name>', 'the person who read the link')
      .option('--at <time>', 'when they read it (ISO 8601; default: now)')
      .action(async (tenantId: string, link: string, said: Said) => {
        const { body } = await context.api().call<typeof attest>({
          ...{ method: 'POST', path: '/tenants/{tenantId}/attestations', params: { tenantId } },
          body: { attestedBy: said.by, attestedAt: timeOf(context, said), link: textOf(link) },
        });
        showTenant(context, body);
      }),
    [
      [
        'az managementpartner show | pal tenants attest <tenantId> - --by "Kari Nordmann"',
        'Signed in to the customer’s tenant',
      ],
    ],
  );
  addPartnersOfRecord(
    tenants
      .command('partner-of-record')
      .description('The partner of record (DPOR) of each subscription, as far as people have told it'),
    context,
  );
}

interface Said {
  readonly by: string;
  readonly at?: string;
}

function addPartnersOfRecord(partners: Command, context: Context): void {
  partners
    .command('list')
    .description('List the subscriptions that can have a partner of record, and how far each has come')
    .argument('<tenantId>')
    .action(async (tenantId: string) => {
      const call = { method: 'GET', path: '/tenants/{tenantId}/remedy', params: { tenantId } } as const;
      const { body } = await context.api().call<typeof getRemedy>(call);
      context.print(body.partnersOfRecord, columns);
    });

  stepOf(partners, 'asked', 'Keep that the customer was asked to name us').action(
    async (tenantId: string, subscriptionId: string, said: Said) =>
      record(context, tenantId, { step: 'asked', ...stepTold(context, subscriptionId, said) }),
  );

  withExamples(
    stepOf(partners, 'confirmed', 'Keep that the customer has named us, and which ID they set')
      .requiredOption('--partner-id <id>', 'the ID the customer has set')
      .action(
        async (
          tenantId: string,
          subscriptionId: string,
          { partnerId, ...said }: Said & { partnerId: string },
        ) =>
          record(context, tenantId, {
            ...{ step: 'confirmed', partnerId },
            ...stepTold(context, subscriptionId, said),
          }),
      ),
    [
      [
        'pal tenants partner-of-record confirmed <tenantId> <subscriptionId> --by "Kari Nordmann" --partner-id 4681234',
        'What the customer’s owner has shown',
      ],
    ],
  );

  stepOf(partners, 'void', 'Keep that we are partner of record no more')
    .addOption(
      new Option('--reason <reason>', 'why')
        .choices([
          ...['agreement-changed', 'subscription-moved'],
          ...['replaced-by-another-partner', 'removed-by-customer'],
        ])
        .makeOptionMandatory(),
    )
    .action(
      async (tenantId: string, subscriptionId: string, { reason, ...said }: Said & { reason: VoidReason }) =>
        record(context, tenantId, { step: 'void', reason, ...stepTold(context, subscriptionId, said) }),
    );
}

type Step = z.input<(typeof recordPartnerOfRecord)['body']['schema']>;
type VoidReason = Extract<Step, { readonly step: 'void' }>['reason'];

function stepOf(partners: Command, step: Step['step'], description: string): Command {
  return partners
    .command(step)
    .description(description)
    .argument('<tenantId>')
    .argument('<subscriptionId>')
    .requiredOption('--by <name>', 'who asked, or who says so')
    .option('--at <time>', 'when it happened (ISO 8601; default: now)');
}

function stepTold(context: Context, subscriptionId: string, said: Said) {
  return { subscriptionId, by: said.by, at: timeOf(context, said) };
}

async function record(context: Context, tenantId: string, body: Step): Promise<void> {
  const answer = await context.api().call<typeof recordPartnerOfRecord>({
    ...{ method: 'POST', path: '/tenants/{tenantId}/partners-of-record', params: { tenantId } },
    body,
  });
  showTenant(context, answer.body);
}

function timeOf({ now }: Context, { at }: Said): string {
  return at === undefined ? now().toISOString() : instantOf(at);
}

function textOf(link: string): string {
  const text =
    link === '-' || link.startsWith('@') ? readInput(link.replace(/^@/, '')).toString('utf8') : link;
  return text.replace(/^\uFEFF/, '');
}
