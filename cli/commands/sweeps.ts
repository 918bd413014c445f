import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { z } from 'zod';
import type {
  confirmSweep,
  getSweep,
  listSweeps,
  startSweep,
  sweep,
} from '../../src/functions/api/contract/sweeps.ts';
import { complaint, exitCodes, isComplaint } from '../complaint.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import type { Column } from '../output.ts';
import { count, follow, type PagingOptions } from '../pages.ts';
import { withPaging } from '../paging-options.ts';

type Sweep = z.output<typeof sweep>;

const columns: readonly Column<Sweep>[] = [
  { title: 'SweepId', of: ({ sweepId }) => sweepId },
  { title: 'Status', of: ({ status }) => status },
  { title: 'StartedAt', of: ({ startedAt }) => startedAt },
  { title: 'FinishedAt', of: ({ finishedAt }) => finishedAt },
  { title: 'Earning', of: ({ states }) => states['earning'] },
  { title: 'Tenants', of: ({ states }) => Object.values(states).reduce((sum, one) => sum + one, 0) },
  { title: 'Held', of: ({ heldScopes }) => heldScopes },
  { title: 'Partial', of: ({ partial }) => partial },
];

const POLL_MS = 1_000;

export function addSweeps(program: Command, context: Context): void {
  const { api, print } = context;
  const sweeps = program.command('sweep').alias('sweeps').description('Looks at the whole estate');

  withPaging(sweeps.command('list').description('List sweeps, newest first')).action(
    async (options: PagingOptions) => {
      const items = await follow(context, options, async (top, continuation) => {
        const query = { top, continuation };
        return (await api().call<typeof listSweeps>({ method: 'GET', path: '/sweeps', query })).body;
      });
      print(items, columns);
    },
  );

  sweeps
    .command('show')
    .description('Show a sweep')
    .argument('[sweepId]', 'its id (default: the newest)')
    .action(async (sweepId?: string) =>
      print(await readSweep(context, sweepId ?? (await newest(context))), columns),
    );

  withExamples(
    sweeps
      .command('start')
      .description('Look at the whole estate now')
      .option('--wait <seconds>', 'wait until it has ended, so long at most', count)
      .action(async ({ wait }: { wait?: number }) => {
        const { body } = await api().call<typeof startSweep>({ method: 'POST', path: '/sweeps' });
        if (wait === undefined) print(body);
        else print(await ended(context, body.sweepId, wait), columns);
      }),
    [['pal sweep start --wait 600 -o table', 'Look at everything now, and see how it went']],
  );

  sweeps
    .command('confirm')
    .description('Believe a mass worsening that a sweep holds back')
    .argument('<sweepId>')
    .option('-y, --yes', 'do not ask')
    .action(async (sweepId: string, { yes }: { yes?: true }) => {
      const { heldScopes } = await readSweep(context, sweepId);
      await context.confirm(`Prove the loss of ${heldScopes} scopes, and tell people?`, yes ?? false);
      const call = { method: 'POST', path: '/sweeps/{sweepId}/confirm', params: { sweepId } } as const;
      print((await api().call<typeof confirmSweep>(call)).body);
    });
}

async function readSweep({ api }: Context, sweepId: string): Promise<Sweep> {
  const call = { method: 'GET', path: '/sweeps/{sweepId}', params: { sweepId } } as const;
  return (await api().call<typeof getSweep>(call)).body;
}

async function newest({ api }: Context): Promise<string> {
  const page = await api().call<typeof listSweeps>({ method: 'GET', path: '/sweeps', query: { top: 1 } });
  const [last] = page.body.items;
  if (last) return last.sweepId;
  throw complaint('There has been no sweep.', { exitCode: exitCodes.notFound, remedy: 'pal sweep start' });
}

/** A sweep when it has ended. It shows only when a worker has begun it, so that it is not there says nothing at first. */
async function ended(context: Context, sweepId: string, seconds: number): Promise<Sweep> {
  const until = context.now().getTime() + seconds * 1000;
  for (;;) {
    const found = await readSweep(context, sweepId).catch((error: unknown) => {
      if (isComplaint(error) && error.exitCode === exitCodes.notFound) return null;
      throw error;
    });
    if (found && (found.status === 'finished' || found.status === 'skipped')) return found;
    if (context.now().getTime() >= until) {
      throw complaint(`The sweep ${sweepId} has not ended within ${seconds} s.`, {
        remedy: `It goes on: pal sweep show ${sweepId}`,
      });
    }
    context.progress(`${sweepId}: ${found?.status ?? 'asked for'}…`);
    await sleep(POLL_MS);
  }
}
