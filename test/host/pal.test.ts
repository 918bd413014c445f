import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../../local/sign-in.ts';
import { palWith, type Pal } from '../support/pal.ts';
import { runStack, type RunningStack } from '../support/stack.ts';

let running: RunningStack;
let pal: Pal;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pal-cli-'));
  running = await runStack('local/estates/default.json');
  await running.settle();
  pal = palWith({ PAL_STACK: join(running.dataDir, 'stack.json') });
});
afterAll(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});

const northwind = '2e322102-0002-4000-8000-000000000002';
const newcomer = '33333333-2222-4333-8444-555555555555';

describe('pal, reading', () => {
  it('signs in at the local stack by itself and lists all tenants, however many a page holds', async () => {
    const few = await pal('tenants', 'list', '--top', '3');
    const all = await pal('tenants', 'list', '--all', '--query', '[].displayName');

    expect(few.json()).toHaveLength(3);
    expect(few.err).toContain('--all');
    expect(all.json()).toHaveLength(17);
    expect(all.err).toBe('');
  });

  it('goes on where a list ended', async () => {
    const first = await pal('tenants', 'list', '--top', '3', '--query', '[].tenantId');
    const after = /--after (\S+)/.exec(first.err)?.[1] ?? '';

    const next = await pal('tenants', 'list', '--top', '3', '--after', after, '--query', '[].tenantId');

    const ids = [...(first.json() as string[]), ...(next.json() as string[])];
    expect(new Set(ids).size).toBe(6);
  });

  it('filters, and gives out what scripts take', async () => {
    const run = await pal('tenants', 'list', '--state', 'earning', '--query', '[].displayName', '-o', 'tsv');

    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out.trimEnd().split('\n').sort()).toContain('Contoso');
    expect(run.out).not.toContain('Northwind');
  });

  it('shows a tenant with its scopes as a table, without colours where no terminal is', async () => {
    const run = await pal('tenants', 'show', northwind, '-o', 'table');

    expect(run.out).toMatch(/Northwind Traders +2e322102\S+ +not-earning +role-not-eligible/);
    expect(run.out).not.toContain('\u001b');
  });

  it('lists gaps, links and parked messages', async () => {
    const gaps = await pal('gaps', '-o', 'tsv');
    const links = await pal('links', 'list');
    const parked = await pal('parked', 'list', '--query', '[].reason', '-o', 'tsv');

    expect(gaps.out).toContain(northwind);
    expect(links.json()).toMatchObject([{ principal: 'pal-link', partnerId: '4681234', state: 'linked' }]);
    expect(parked.out).toBe('The message body is not valid JSON in UTF-8.\n');
  });

  it('exports every tenant as CSV, to a file too', async () => {
    const file = join(folder, 'tenants.csv');

    const printed = await pal('export');
    const written = await pal('export', '--bom', '--file', file, '--state', 'earning');

    expect(printed.out.trimEnd().split('\r\n')).toHaveLength(18);
    expect(written).toMatchObject({ code: 0, out: '' });
    expect([...readFileSync(file).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  });
});

describe('pal doctor', () => {
  it('checks everything from the token to the queues, names what the observer cannot see, and fails by it', async () => {
    const run = await pal('doctor');

    const checks = run.json() as { name: string; verdict: string; detail: string; remedy: string | null }[];
    const verdicts = Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
    expect(verdicts).toMatchObject({
      API: 'passed',
      'your token': 'passed',
      'your app role': 'passed',
      settings: 'passed',
      'token of pal-link': 'passed',
      'link of pal-link': 'passed',
      tables: 'passed',
      'queue reconcile': 'passed',
      clock: 'passed',
      observer: 'failed',
      'parked messages': 'failed',
    });
    expect(checks.filter(({ verdict, remedy }) => verdict === 'failed' && !remedy)).toEqual([]);
    expect(run.code).toBe(1);
  });
});

describe('pal, refusing', () => {
  it.each([
    ['an unknown command', 2, ['tenants', 'lst']],
    ['an unknown option', 2, ['tenants', 'list', '--stat', 'earning']],
    ['a state that there is not', 2, ['tenants', 'list', '--state', 'rich']],
    ['a bad query', 2, ['tenants', 'list', '--query', '[']],
    ['a tenant that is not on record', 3, ['tenants', 'show', '00000000-0000-4000-8000-000000000000']],
    ['what needs a yes where nobody can say it', 2, ['tenants', 'offboard', northwind]],
    ['an event that is no JSON', 2, ['event', 'send', '{nope']],
    ['no event at all', 2, ['event', 'send']],
    ['a file that cannot be written', 2, ['export', '--file', '/nowhere/tenants.csv']],
  ])('%s, with words and exit code %i', async (_what, code, args) => {
    const run = await pal(...args);

    expect({ code: run.code, out: run.out }).toEqual({ code, out: '' });
    expect(run.err).toMatch(/error/i);
    expect(run.err).not.toMatch(/^\s+at /m);
  });

  it('tells a reader who wants to write which role is missing', async () => {
    const token = await accessToken(running.stack.addresses, 'reader');

    const run = await palWith({ PAL_API: running.stack.addresses['http'] ?? '', PAL_TOKEN: token })(
      ...['sweep', 'start'],
    );

    expect(run.code).toBe(1);
    expect(run.err).toContain('Pal.Operate');
    expect(run.err).toContain('What to do:');
  });

  it('says what to do about an API that does not answer', async () => {
    const run = await palWith({ PAL_API: 'http://127.0.0.1:9', PAL_TOKEN: 'a.b.c' })('tenants', 'list');

    expect(run.code).toBe(1);
    expect(run.err).toContain('does not answer');
  });

  it('shows its help with examples, and no error', async () => {
    const run = await pal('tenants', 'list', '--help');

    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toContain('Examples:');
  });
});

describe('pal, writing', () => {
  it('registers, changes and offboards a tenant', async () => {
    const registered = await pal('tenants', 'register', newcomer, '--name', 'New', '--tag', 'team=north');
    const changed = await pal('tenants', 'update', newcomer, '--agreement', 'ea');
    const offboarded = await pal('tenants', 'offboard', newcomer, '--yes');

    expect(registered.json()).toMatchObject({ displayName: 'New', tags: { team: 'north' } });
    expect(changed.json()).toMatchObject({ displayName: 'New', agreement: 'ea' });
    expect(offboarded.json()).toMatchObject({ state: 'offboarded' });
  });

  it('imports the good lines of a file and tells each bad one by its number', async () => {
    const file = join(folder, 'import.csv');
    writeFileSync(file, 'tenantId,displayName\nnope,A\n44444444-2222-4333-8444-555555555555,B\n,C\n');

    const dry = await pal('tenants', 'import', file, '--dry-run');
    const wet = await pal('tenants', 'import', file);

    expect(dry.json()).toMatchObject({ dryRun: true, lines: 3, imported: 1 });
    expect(wet.code).toBe(1);
    expect(wet.err).toMatch(/^line 2: .*GUID/m);
    expect(wet.err).toMatch(/^line 4: /m);
    expect((await pal('tenants', 'list', '--starts', '44444444')).json()).toHaveLength(1);
  });

  it('looks at a tenant again and waits for the outcome, or says what it would do', async () => {
    const dry = await pal('relink', northwind, '--dry-run');
    const run = await pal('relink', northwind);

    expect(dry.json()).toMatchObject([{ currentPartnerId: '4681234', outcome: 'unchanged' }]);
    expect(dry.err).toContain('Not checked:');
    expect(run).toMatchObject({ code: 0 });
    expect(run.json()).toMatchObject({ outcome: 'unchanged' });
  });

  it('shows what rests on a link before it unlinks, does nothing without a yes, and restores it', async () => {
    const asked = await pal('links', 'unlink', 'pal-link', '--why', 'moves');
    const unlinked = await pal('links', 'unlink', 'pal-link', '--why', 'moves', '--yes');
    const restored = await pal('links', 'restore', 'pal-link', '--yes');

    expect(asked.code).toBe(2);
    expect(asked.err).toMatch(/tenants with \d+ scopes rest on it/);
    expect(unlinked.json()).toMatchObject({ outcome: 'unlinked' });
    expect(restored.json()).toMatchObject({ outcome: 'linked' });
  });

  it('accepts a gap until the end of a day', async () => {
    const gap = (await pal('gaps', '--tenant-id', northwind, '--query', '[0].id', '-o', 'tsv')).out.trim();

    const run = await pal('gaps', 'accept', northwind, gap, '--why', 'closes soon', '--until', '2099-03-31');

    expect(run.json()).toMatchObject([{ id: gap, accepted: { until: '2099-03-31T23:59:59.000Z' } }]);
  });

  it('starts a sweep and waits for its end', async () => {
    const run = await pal('sweep', 'start', '--wait', '30');

    expect(run.json()).toMatchObject({ status: 'finished' });
    expect((await pal('sweep', 'show', '--query', 'status', '-o', 'tsv')).out).toBe('finished\n');
  });

  it('sends an onboarding event to the stack’s queue', async () => {
    const sent = await pal('event', 'send', '{"tenantId":"55555555-2222-4333-8444-555555555555"}');
    await running.settle();

    expect(sent.code).toBe(0);
    expect((await pal('tenants', 'show', '55555555-2222-4333-8444-555555555555')).code).toBe(0);
  });

  it('redrives parked messages, which come back when nothing was mended, and discards them', async () => {
    const redriven = await pal('parked', 'redrive', '--all', '--yes');
    await running.settle();
    const [again] = (await pal('parked', 'list')).json() as { id: string; lineage: string[] }[];
    const discarded = await pal('parked', 'discard', again?.id ?? '', '--why', 'noise', '--yes');

    expect(redriven.json()).toEqual({ handled: 1, homeless: 0, refused: 0, more: false });
    expect(again?.lineage).not.toEqual([]);
    expect(discarded.json()).toMatchObject({ handled: 1 });
    expect((await pal('parked', 'list')).json()).toEqual([]);
  });
});
