import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import queues from '../../../infra/queues.json' with { type: 'json' };
import { usage } from '../../../local/options.ts';
import { operations } from '../../../src/functions/api/contract/operations.ts';
import { loadConfig, settings } from '../../../src/lib/config.ts';
import { verdicts } from '../../../src/lib/domain/coverage.ts';
import { parseOnboarding } from '../../../src/lib/domain/event.ts';
import { failureKinds } from '../../../src/lib/domain/failure.ts';
import { metrics } from '../../../src/lib/domain/telemetry.ts';
import { tenantStates } from '../../../src/lib/domain/tenant-state.ts';
import { someSettings } from '../../support/settings.ts';

const documents = [
  'README.md',
  ...globSync(['docs/*.md', 'infra/lighthouse/README.md', 'local/*/README.md']),
];

it('name scripts that there are', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
  const named = documents.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(
      ([, script]) => script ?? '',
    ),
  );

  expect(named.length).toBeGreaterThan(5);
  expect([...new Set(named)].filter((script) => !(script in scripts))).toEqual([]);
});

it('tell of every option that npm start knows', () => {
  const table = /\| option of[^]*?\n\n/.exec(readFileSync('README.md', 'utf8'))?.[0] ?? '';
  const told = table.match(/--[a-z]+/g) ?? [];

  expect(told).toEqual(
    expect.arrayContaining(usage.match(/^ +--[a-z]+/gm)?.map((line) => line.trim()) ?? []),
  );
});

it('link to files that there are', () => {
  const broken = [...documents, ...globSync('docs/adr/*.md'), 'CHANGELOG.md'].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, target = '']) => join(file, '..', target))
      .filter((target) => globSync(target).length === 0)
      .map((target) => `${file}: ${target}`),
  );

  expect(broken).toEqual([]);
});

const page = (name: string) => readFileSync(`docs/${name}.md`, 'utf8');
/** What the first column of a page's tables names. */
const rowsOf = (text: string) =>
  [...text.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );

it('operate says of every state, verdict and failure what it asks for', () => {
  const rows = rowsOf(page('operate'));

  expect([...tenantStates, ...verdicts, ...failureKinds].filter((name) => !rows.includes(name))).toEqual([]);
});

it('the README says of every state what it means', () => {
  const rows = rowsOf(readFileSync('README.md', 'utf8'));

  expect(tenantStates.filter((state) => !rows.includes(state))).toEqual([]);
});

it('the threat model goes through every queue and every operation of the API, under the role it takes', () => {
  const text = page('threat-model');
  const roleOf = Object.fromEntries(
    [...text.matchAll(/^\| ([^|]+) \| +([^|]+?) +\|/gm)].flatMap(([, cell = '', role = '']) =>
      [...cell.matchAll(/`([A-Z]+ [^`]+)`/g)].map(([, operation = '']) => [operation, role]),
    ),
  );

  expect(Object.keys(queues).filter((queue) => !rowsOf(text).includes(queue))).toEqual([]);
  expect(roleOf).toEqual({
    'GET /dashboard': 'anybody',
    ...Object.fromEntries(
      operations.map(({ method, path, role }) => [
        `${method} ${path}`,
        role === null ? 'anybody' : `\`${role}\``,
      ]),
    ),
  });
});

it('telemetry names every metric', () => {
  const rows = rowsOf(page('telemetry'));

  expect(rows.filter((name) => name.startsWith('pal.'))).toEqual(Object.keys(metrics));
});

it('deploy names every value that a deployment reads from azd', () => {
  const read = [
    ...readFileSync('infra/main.bicepparam', 'utf8').matchAll(/readEnvironmentVariable\('(PAL_\w+)'/g),
  ];
  const told = new Set(page('deploy').match(/\bPAL_\w+/g));
  // What a deployment gives out again, and what `pal` reads.
  const given = [...readFileSync('infra/main.bicep', 'utf8').matchAll(/^output (PAL_\w+)/gm)];
  const names = (found: RegExpExecArray[]) => found.map(([, name = '']) => name);

  expect(names(read).filter((name) => !told.has(name))).toEqual([]);
  expect([...told].filter((name) => ![...names(read), ...names(given), 'PAL_API'].includes(name))).toEqual(
    [],
  );
});

it('settings that the documents name are settings that there are', () => {
  const others =
    /^(PAL_|AZURE_|APPLICATION_INSIGHTS_|NODE_|OTEL_EXPORTER_OTLP_HEADERS$|CHROMIUM_PATH$|OPS_TEAMS_URL$|CRM_SECRET$)/;
  const known = settings.map(({ name }) => name);
  const unknown = documents.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)]
      .map(([, name = '']) => name)
      .filter((name) => !others.test(name) && !known.includes(name))
      .map((name) => `${file}: ${name}`),
  );

  expect(unknown).toEqual([]);
});

const examples = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/```json\n([^]*?)```/g)].map(([, text = '']) => text);

it('the event of the README is understood whole', () => {
  const [event = ''] = examples('README.md');

  expect(parseOnboarding(Buffer.from(event), 'aaaaaaaa-0000-4000-8000-000000000001')).toMatchObject({
    kind: 'registration',
    unknownFields: 0,
  });
});

it.each([
  ['README.md', examples('README.md')[1]],
  ['docs/notices.md', examples('docs/notices.md')[0]],
])('the notice routes of %s are taken', (_, routes) => {
  const config = loadConfig(
    someSettings({
      NOTICE_ROUTES: routes,
      OPS_TEAMS_URL: 'https://default.environment.api.powerplatform.com/workflows/1?sig=x',
      CRM_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
    }),
  );

  expect(config.notices.routes).toHaveLength((JSON.parse(routes ?? '[]') as unknown[]).length);
});
