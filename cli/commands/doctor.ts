import type { Command } from 'commander';
import type { checkDeployment } from '../../src/functions/api/contract/health.ts';
import { complaint, isComplaint } from '../complaint.ts';
import type { Context } from '../context.ts';
import { callerChecks, type CallerSight, type Check } from '../doctor-checks.ts';
import { withExamples } from '../examples.ts';
import type { Column } from '../output.ts';

const columns: readonly Column<Check>[] = [
  { title: 'Check', of: ({ name }) => name },
  { title: 'Verdict', of: ({ verdict }) => verdict },
  { title: 'Detail', of: ({ detail }) => detail },
  { title: 'WhatToDo', of: ({ remedy }) => remedy },
];

export function addDoctor(program: Command, context: Context): void {
  withExamples(
    program
      .command('doctor')
      .description(
        'Check a deployment end to end: each check passed, failed, or could not tell; and what to do',
      )
      .action(async () => {
        context.progress('Looking…');
        const app = await askApp(context);
        const checks = [...callerChecks(await lookAround(context)), ...app.checks];
        context.print(checks, columns);
        const failed = checks.filter(({ verdict }) => verdict === 'failed').length;
        if (failed > 0) throw complaint(`${failed} checks failed.`);
        if (!app.made)
          throw complaint('The app’s own checks could not be made: whether it works is not known.');
      }),
    [
      ['pal doctor -o table', 'See whether everything works, after a deployment or when in doubt'],
      ['pal doctor --query "[?verdict==\'failed\'].remedy" -o tsv', 'Only what is to be done'],
    ],
  );
}

const LIVE_TIMEOUT_MS = 30_000;

async function lookAround(context: Context): Promise<CallerSight> {
  const { url } = context.api();
  const live = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(LIVE_TIMEOUT_MS) }).then(
    ({ status, headers }) => ({ status, date: dateIn(headers.get('date')) }),
    () => null,
  );
  const now = context.now();
  try {
    return { url, live, now, claims: claimsOf(await context.token()), trouble: null };
  } catch (error) {
    return { url, live, now, claims: null, trouble: error instanceof Error ? error.message : String(error) };
  }
}

function dateIn(header: string | null): Date | null {
  const date = new Date(header ?? '');
  return Number.isNaN(date.getTime()) ? null : date;
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return JSON.parse(payload) as Readonly<Record<string, unknown>>;
}

/** The app’s own checks; one that says why when it cannot be asked. */
async function askApp({
  api,
}: Context): Promise<{ readonly made: boolean; readonly checks: readonly Check[] }> {
  try {
    const answer = await api().call<typeof checkDeployment>({ method: 'GET', path: '/health/checks' });
    return { made: true, checks: answer.body.checks };
  } catch (error) {
    if (!isComplaint(error)) throw error;
    const { message, remedy } = error;
    const own: Check = { name: 'the app’s own checks', verdict: 'could not tell', detail: message, remedy };
    return { made: false, checks: [own] };
  }
}
