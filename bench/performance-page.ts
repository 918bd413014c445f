import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { asTable, type Figure } from './figure.ts';

/** Writes docs/performance.md from the figures of one run; `unmeasured` names what that run left out. */
export function writePerformancePage(figures: readonly Figure[], unmeasured: readonly string[]): void {
  const [cpu] = cpus();
  const machine = `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
  writeFileSync(
    'docs/performance.md',
    [
      '# Performance',
      '',
      '<!-- Written by `npm run bench -- --write`. Do not edit by hand. -->',
      '',
      `Measured on ${new Date().toISOString().slice(0, 10)}: ${machine}. Everything (host, broker, Table Storage, Azure's simulator)`,
      'shares that machine. Every figure comes from one run of `npm run bench`, beside what it is compared to in the same run;',
      'a figure that does not reach its mark says so.',
      '',
      '*Ideal* is the larger of what the quotas let through and the longest chain of round trips to ARM, Entra, tables and',
      'queues, each measured alone. Latency is what the simulator adds to every answer of ARM and Entra.',
      '',
      asTable(figures),
      '',
      ...(unmeasured.length === 0 ? [] : [`Not measured in this run: ${unmeasured.join(', ')}.`, '']),
    ].join('\n'),
  );
}
