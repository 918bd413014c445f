import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tenantStates } from '../../../src/lib/domain/tenant-state.ts';

const known = [...readFileSync('src/lib/domain/log.ts', 'utf8').matchAll(/^ {2}\| '([a-z.-]+)'/gm)].map(
  ([, event]) => event,
);

it.each(['infra/modules/alerts.bicep', 'infra/workbook.json'])(
  '%s asks only for events that are logged',
  (file) => {
    const asked = [...readFileSync(file, 'utf8').matchAll(/Message startswith \\?"([^"\\]+) \\?"/g)].map(
      ([, event]) => event,
    );

    expect(asked.length).toBeGreaterThan(4);
    expect(asked.filter((event) => !known.includes(event))).toEqual([]);
  },
);

it('the workbook reads days at risk from the line that a sweep ends with', () => {
  const logged = readFileSync('src/lib/usecases/finish-sweep.ts', 'utf8');

  const read = [...readFileSync('infra/workbook.json', 'utf8').matchAll(/facts\.(daysAtRisk\w+)/g)];
  expect(read.map(([, field]) => field)).toEqual(['daysAtRiskCertain', 'daysAtRiskPossible']);
  for (const [, field] of read) expect(logged).toContain(`${field ?? '?'}: stock.`);
});

it('the workbook shows every state a tenant can be in', () => {
  const workbook = readFileSync('infra/workbook.json', 'utf8');

  expect(tenantStates.filter((state) => !workbook.includes(`'${state}'`))).toEqual([]);
});

it('nothing that an alert listens for is sampled away', () => {
  const { logging } = JSON.parse(readFileSync('host.json', 'utf8')) as {
    logging: { applicationInsights: { samplingSettings: { excludedTypes: string } } };
  };

  expect(logging.applicationInsights.samplingSettings.excludedTypes.split(';')).toEqual(
    expect.arrayContaining(['Trace', 'Request', 'Exception']),
  );
});

it('every alert has its line in the operators’ page', () => {
  const alerts = [...readFileSync('infra/modules/alerts.bicep', 'utf8').matchAll(/'(pal-[a-z-]+)'/g)].map(
    ([, name]) => name ?? '',
  );
  const page = readFileSync('docs/operate.md', 'utf8');

  expect(alerts.length).toBeGreaterThan(5);
  expect(alerts.filter((name) => !page.includes(`| \`${name}\` `))).toEqual([]);
});
