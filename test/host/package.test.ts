import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { load } from 'js-yaml';
import { beforeAll, expect, it } from 'vitest';
import { startChild } from '../../local/control.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { someSettings } from '../support/settings.ts';
import { unzip } from '../support/unzip.ts';

let said: string;
beforeAll(() => {
  said = execFileSync(process.execPath, ['infra/package.ts'], { encoding: 'utf8' });
});

it('runs from its deployment package alone, and the package holds nothing else', async () => {
  const files = unzip(readFileSync('dist/pal-autopilot.zip'));
  const appRoot = mkdtempSync(join(tmpdir(), 'package-'));
  for (const [name, data] of files) {
    mkdirSync(dirname(join(appRoot, name)), { recursive: true });
    writeFileSync(join(appRoot, name), data);
  }

  const receiver = await startOtlpReceiver();
  const host = await startChild({
    name: 'host',
    script: 'local/host/main.ts',
    args: ['--app-root', appRoot, '--port', '0'],
    env: { ...settings(), TELEMETRY: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    onLine: () => undefined,
  });
  const api = `http://127.0.0.1:${String(host.facts['port'])}/api`;
  const alive = await fetch(`${api}/health/live`);
  const page = await fetch(`${api}/dashboard`);
  await host.stop(8_000);
  rmSync(appRoot, { recursive: true });

  await receiver.stop();

  const names = [...files.keys()].filter((name) => !name.startsWith('web/assets/')).sort();
  expect(names).toEqual([
    'app.cjs',
    'functions.cjs',
    'host.json',
    'package.json',
    'telemetry.cjs',
    'web/index.html',
  ]);
  expect(receiver.spans.map(({ name }) => name)).toContain('api-health-live');
  expect([alive.status, page.status]).toEqual([200, 200]);
  expect(host.facts['functions']).toEqual(
    expect.arrayContaining([
      'on-onboarding-event',
      'reconcile',
      'sweep-tenants',
      'start-sweep',
      'keep-parked',
    ]),
  );
  expect(said).toMatch(/pal-autopilot\.zip: [\d.]+ MB .*\nloads in \d+ ms/);
});

it('is what azd packs, and made anew whenever azd does', () => {
  const { services } = load(readFileSync('azure.yaml', 'utf8')) as {
    readonly services: {
      readonly api: {
        readonly project: string;
        readonly dist: string;
        readonly remoteBuild: boolean;
        readonly hooks: { readonly prepackage: Readonly<Record<string, { readonly run: string }>> };
      };
    };
  };
  const { project, dist, remoteBuild, hooks } = services.api;
  const folder = join(project, dist);
  const packed = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());

  const names = packed.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  expect(names.sort()).toEqual([...unzip(readFileSync('dist/pal-autopilot.zip')).keys()].sort());
  expect(remoteBuild).toBe(false);
  expect(Object.values(hooks.prepackage).map(({ run }) => run)).toEqual(
    Array(2).fill('npm run --silent package'),
  );
});

it('does not read the telemetry SDK where telemetry is off', async () => {
  const appRoot = mkdtempSync(join(tmpdir(), 'package-'));
  cpSync('dist/package', appRoot, { recursive: true });
  rmSync(join(appRoot, 'telemetry.cjs'));

  const host = await startChild({
    name: 'host',
    script: 'local/host/main.ts',
    args: ['--app-root', appRoot, '--port', '0'],
    env: settings(),
    onLine: () => undefined,
  });
  const alive = await fetch(`http://127.0.0.1:${String(host.facts['port'])}/api/health/live`);
  await host.stop(8_000);
  rmSync(appRoot, { recursive: true });

  expect(alive.status).toBe(200);
});

/** A right installation, but for its queues, which nobody serves here. */
function settings(): Record<string, string> {
  const given = someSettings({
    LOCAL_STACK: 'true',
    ServiceBus:
      'Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true',
    ServiceBus__fullyQualifiedNamespace: undefined,
    PATH: process.env['PATH'],
  });
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
