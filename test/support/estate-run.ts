/** Runs an estate of the fixtures as people do: `npm start -- --estate FILE --once --sweep --json`, a process of its own. */
import { spawn } from 'node:child_process';
import type { OperatorAnswer } from '../../local/operator-calls.ts';
import type { AzureReport } from '../../local/stack.ts';
import type { TenantPage } from '../../src/functions/api/contract/tenants.ts';
import type { StackReport } from './stack.ts';

/** What the run prints on standard output. */
export interface EstateReport extends StackReport {
  readonly settled: boolean;
  readonly arm: Pick<AzureReport, 'calls' | 'throttled' | 'beforeRetryAfter'>;
  readonly answers: readonly OperatorAnswer[];
}

export interface EstateRun {
  readonly code: number | null;
  readonly report: EstateReport;
  /** The whole of standard error. */
  readonly log: string;
}

/** Runs the estate `test/fixtures/estates/<name>.json` to its end; rejects, with what it said, where it reports nothing. */
export async function runEstate(name: string): Promise<EstateRun> {
  const options = ['--once', '--sweep', '--json', '--timeout', '80'];
  const child = spawn(
    process.execPath,
    ['local/up.ts', '--estate', `test/fixtures/estates/${name}.json`, ...options],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [out, log] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (!out)
    throw new Error(`The run of ${name} reported nothing (exit code ${String(code)}):\n${log.slice(-4_000)}`);
  return { code, report: JSON.parse(out) as EstateReport, log };
}

/** The answer to the request that stands at a place of the estate file, as `timeline[1].requests[0]`. */
export function answerTo({ report }: EstateRun, step: number, request = 0): OperatorAnswer {
  const at = `timeline[${step}].requests[${request}]`;
  const found = report.answers.find((answer) => answer.at === at);
  if (!found) throw new Error(`Nothing was asked at ${at}.`);
  return found;
}

/** Of the tenants an answer lists, by name: state and reason. */
export function statesAnswered(
  run: EstateRun,
  step: number,
  request = 0,
): Record<string, readonly unknown[]> {
  const { items } = answerTo(run, step, request).body as TenantPage;
  return Object.fromEntries(items.map((one) => [one.displayName ?? one.tenantId, [one.state, one.reason]]));
}

/** The same of the report: the tenants at the end of the run. */
export function statesAtTheEnd({ report }: EstateRun): Record<string, readonly unknown[]> {
  return Object.fromEntries(
    report.tenants.map((one) => [one.displayName ?? one.tenantId, [one.state, one.reason]]),
  );
}
