/**
 * `npm run bench`: measures the product on the local stack, each figure beside what it is compared to.
 * `-- --json` prints the figures alone on standard output, `-- --write` puts the table into docs/performance.md, and
 * `-- --counts` runs small sizes and compares what was counted with the committed baseline (`--update` renews it).
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { compareCounts } from './counts.ts';
import { asJson, asTable, isOk, type Figure } from './figure.ts';
import { coldStart, loadTime, loadWithTelemetry } from './load.ts';
import { onboarding, servicePrincipals, tightBucket } from './passes.ts';
import { writePerformancePage } from './performance-page.ts';
import { sweepCosts, sweepMemory, sweepTimes } from './sweep.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    counts: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
/** Names of measures, separated by commas; none: all. */
const only = values.only.split(',').filter((name) => name !== '');
const say = (line: string) => void process.stderr.write(`${line}\n`);

const measures: Readonly<Record<string, () => Figure[] | Promise<Figure[]>>> = {
  load: loadTime,
  'load-telemetry': loadWithTelemetry,
  'cold-start': coldStart,
  onboarding: () => onboarding(30, 500),
  'service-principals': () => servicePrincipals(1_000),
  'tight-bucket': () => tightBucket(1_000, 3),
  'sweep-costs': () => sweepCosts(10_000),
  'sweep-costs-30000': () => sweepCosts(30_000),
  'sweep-times': () => sweepTimes(10_000),
  'sweep-memory': () => sweepMemory(10_000, 100_000),
};

build();
process.exitCode = values.counts ? await compareCounts(values.update, say) : await measure();

function unmeasured(): string[] {
  return Object.keys(measures).filter((name) => !only.includes(name));
}

async function measure(): Promise<number> {
  const figures: Figure[] = [];
  for (const [name, run] of Object.entries(measures)) {
    if (only.length > 0 && !only.includes(name)) continue;
    say(`${name} …`);
    figures.push(...(await run()));
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ figures: figures.map(asJson) }, null, 2)}\n`);
  else process.stdout.write(`${asTable(figures)}\n`);
  if (values.write) writePerformancePage(figures, only.length > 0 ? unmeasured() : []);
  const missed = figures.filter((figure) => !isOk(figure));
  for (const { name } of missed) say(`missed: ${name}`);
  return missed.length === 0 ? 0 : 1;
}

function build(): void {
  const { status, stderr } = spawnSync(process.execPath, ['build.ts'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The app could not be built:\n${stderr}`);
}
