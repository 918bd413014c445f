import type { Command } from 'commander';
import type { relinkTenant } from '../../src/functions/api/contract/relink.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import { outcomeColumns, reportOutcome, waitHeaders, withWaiting, type WaitOptions } from '../outcome.ts';

export function addRelink(program: Command, context: Context): void {
  const { api, print, tell, progress } = context;
  withExamples(
    withWaiting(
      program
        .command('relink')
        .description('Look at a tenant again now, and make a missing link; a link is never replaced')
        .argument('<tenantId>')
        .option('--dry-run', 'say what would be done, from a fresh read; do nothing'),
    ).action(async (tenantId: string, { dryRun = false, ...waiting }: WaitOptions & { dryRun?: boolean }) => {
      progress(dryRun ? 'Reading the link…' : 'Looking at the tenant…');
      const { status, body } = await api().call<typeof relinkTenant>({
        method: 'POST',
        path: '/tenants/{tenantId}/relink',
        params: { tenantId },
        headers: dryRun ? {} : waitHeaders(waiting),
        body: { dryRun },
      });
      if (status === 202) {
        print(body);
        tell(`Its outcome is not there yet: pal tenants show ${tenantId}`);
      } else if (body.kind === 'done') {
        print(body.asked, outcomeColumns);
        reportOutcome(body.asked);
      } else {
        print(body.links);
        for (const what of body.notChecked) tell(`Not checked: ${what}`);
      }
    }),
    [
      ['pal relink <tenantId> --dry-run', 'See what a look would do'],
      ['pal relink <tenantId>', 'Look at a customer who has just mended their delegation'],
    ],
  );
}
