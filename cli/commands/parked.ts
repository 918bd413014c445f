import type { Command } from 'commander';
import type { z } from 'zod';
import type {
  discardParked,
  listParked,
  parkedHandled,
  parkedMessage,
  redriveParked,
} from '../../src/functions/api/contract/parked.ts';
import { misuse } from '../complaint.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import type { Column } from '../output.ts';
import { follow, type PagingOptions } from '../pages.ts';
import { withPaging } from '../paging-options.ts';

const columns: readonly Column<z.output<typeof parkedMessage>>[] = [
  { title: 'Id', of: ({ id }) => id },
  { title: 'Queue', of: ({ queue }) => queue },
  { title: 'ParkedAt', of: ({ parkedAt }) => parkedAt },
  { title: 'Attempts', of: ({ attempts }) => attempts },
  { title: 'Reason', of: ({ reason }) => reason },
];

interface Selection {
  readonly reason?: string;
  readonly all?: true;
  readonly yes?: true;
}

type Which = { readonly id: string } | { readonly reason: string } | { readonly all: true };
type Handled = z.output<typeof parkedHandled>;

export function addParked(program: Command, context: Context): void {
  const { api, print } = context;
  const parked = program.command('parked').description('Messages that could not be processed, kept whole');

  withPaging(parked.command('list', { isDefault: true }).description('List parked messages')).action(
    async (options: PagingOptions) => {
      const items = await follow(context, options, async (top, continuation) => {
        const query = { top, continuation };
        return (await api().call<typeof listParked>({ method: 'GET', path: '/parked', query })).body;
      });
      print(items, columns);
    },
  );

  withExamples(
    selecting(parked, 'redrive', 'Send parked messages back to their queues').action(
      async (id: string | undefined, { yes, ...selection }: Selection) => {
        const which = whichOf(id, selection);
        if (!('id' in which)) await context.confirm(`Send ${described(which)} back?`, yes ?? false);
        const call = { method: 'POST', path: '/parked/redrive', body: which } as const;
        print(await untilDone(context, async () => (await api().call<typeof redriveParked>(call)).body));
      },
    ),
    [
      ['pal parked redrive <id>', 'Try one message again'],
      [
        'pal parked redrive --reason "The message body is not valid JSON in UTF-8."',
        'All with the same reason',
      ],
    ],
  );

  selecting(parked, 'discard', 'Take parked messages out of the way; why is recorded')
    .requiredOption('--why <text>', 'why they may go')
    .action(async (id: string | undefined, { why, yes, ...selection }: Selection & { why: string }) => {
      const which = whichOf(id, selection);
      await context.confirm(`Discard ${described(which)}?`, yes ?? false);
      const call = { method: 'POST', path: '/parked/discard', body: { ...which, why } } as const;
      print(await untilDone(context, async () => (await api().call<typeof discardParked>(call)).body));
    });
}

function selecting(parked: Command, verb: string, description: string): Command {
  return parked
    .command(verb)
    .description(description)
    .argument('[id]', 'one, as pal parked list shows it')
    .option('--reason <text>', 'all with exactly this reason')
    .option('--all', 'all there are')
    .option('-y, --yes', 'do not ask');
}

function whichOf(id: string | undefined, { reason, all }: Selection): Which {
  const given = [
    ...(id === undefined ? [] : [{ id }]),
    ...(reason === undefined ? [] : [{ reason }]),
    ...(all ? [{ all } as const] : []),
  ];
  const [which, ...more] = given;
  if (which && more.length === 0) return which;
  throw misuse('It has to be said which messages.', 'Give one of: an id, --reason, --all.');
}

function described(which: Which): string {
  if ('id' in which) return `the message ${which.id}`;
  return 'reason' in which ? `every message parked with “${which.reason}”` : 'every parked message';
}

/** The API handles so many at a time, and says when there are more. One that handles none would never end. */
async function untilDone({ progress }: Context, handle: () => Promise<Handled>): Promise<Handled> {
  const sum = { handled: 0 };
  for (;;) {
    const { handled, more, ...left } = await handle();
    sum.handled += handled;
    // What is left each call meets anew, so that the last one tells of all of it.
    if (!more || handled === 0) return { ...sum, ...left, more };
    progress(`${sum.handled} so far…`);
  }
}
