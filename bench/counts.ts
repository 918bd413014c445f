/**
 * The same measurements at small sizes, by what they count: calls, writes and messages do not depend on the machine, so a
 * change that makes the product chattier shows, and nothing else does.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { lighthouseEstate, servicePrincipalEstate } from './estates.ts';
import { seedTenants } from './seed.ts';
import { between, LINK_WRITE, onStage, sumOf, TABLE_WRITE, type Counts } from './stage.ts';

const BASELINE = 'bench/counts.json';

/** How look-ups fall into batches depends on timing, by a call or two in a hundred; nothing stays nothing. */
const SLACK = 1.1;

type Baseline = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Compares with the baseline: exit code 0 when nothing is above it. `update` writes the baseline anew. */
export async function compareCounts(update: boolean, say: (line: string) => void): Promise<number> {
  const found: Baseline = {
    'steady sweep of 1,500 Lighthouse tenants': await steadySweep(1_500),
    'twenty service-principal tenants onboarded': await onboarded(servicePrincipalEstate(20)),
    'sixty Lighthouse tenants onboarded': await onboarded(lighthouseEstate(60, { linked: false })),
  };
  if (update) writeFileSync(BASELINE, `${JSON.stringify(found, null, 2)}\n`);
  const allowed = JSON.parse(readFileSync(BASELINE, 'utf8')) as Baseline;
  let worse = 0;
  for (const [run, counts] of Object.entries(found)) {
    for (const [name, count] of Object.entries(counts)) {
      const known = allowed[run]?.[name];
      const limit = known === undefined ? undefined : Math.floor(known * SLACK);
      const ok = limit !== undefined && count <= limit;
      say(`${ok ? 'ok  ' : 'MORE'} ${run}: ${count} ${name} (baseline ${known ?? 'none'})`);
      if (!ok) worse += 1;
    }
  }
  return worse === 0 ? 0 : 1;
}

async function steadySweep(tenants: number) {
  return onStage(lighthouseEstate(tenants, { announced: 1 }), {}, async (stage) => {
    await stage.stack.loadEvents();
    await stage.settle(60);
    await seedTenants(stage.stack.addresses['tables'] ?? '', 1, tenants);
    await stage.sweep();
    const before = await stage.counts();
    const record = await stage.sweep();
    if (record.tenants.steady !== tenants) throw new Error('The sweep was not steady.');
    return counted(between(before, await stage.counts()));
  });
}

async function onboarded(estate: object) {
  return onStage(estate, {}, async (stage) => {
    const before = await stage.counts();
    await stage.stack.loadEvents();
    await stage.settle(60);
    return counted(between(before, await stage.counts()));
  });
}

function counted({ arm, tables, throttled, beforeRetryAfter }: Counts): Record<string, number> {
  return {
    'ARM calls': sumOf(arm, /./),
    'link writes': sumOf(arm, LINK_WRITE),
    'link reads': sumOf(arm, /^GET .*ManagementPartner/),
    'table writes': sumOf(tables, TABLE_WRITE),
    'answers of 429': throttled,
    'calls before Retry-After': beforeRetryAfter,
  };
}
