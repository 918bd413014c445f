import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Api } from '../../../cli/api-client.ts';
import { complaint } from '../../../cli/complaint.ts';
import type { Context } from '../../../cli/context.ts';
import type { Check } from '../../../cli/doctor-checks.ts';
import { makeProgram } from '../../../cli/program.ts';

const claims = { tid: 't', oid: 'o', roles: ['Pal.Operate'], exp: 4_000_000_000 };
const token = `.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;

/** `pal` over an API of the test's making; what it gives out is kept. */
function aPal(api: Partial<Api> = {}) {
  const printed: unknown[] = [];
  const help: string[] = [];
  const contextOf = (): Context => ({
    api: () => ({ url: '', call: unanswered, csv: unanswered, ...api }),
    target: unanswered,
    stack: () => null,
    token: () => Promise.resolve(token),
    options: () => ({ color: false }),
    print: (value) => void printed.push(value),
    tell: () => undefined,
    progress: () => undefined,
    confirm: () => Promise.resolve(),
    now: () => new Date(),
  });
  const run = async (...args: string[]) => {
    const program = makeProgram(contextOf);
    const capture = { writeOut: (text: string) => void help.push(text) };
    [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)].forEach((one) =>
      one.configureOutput(capture),
    );
    await program.parseAsync(args, { from: 'user' });
  };
  return { run, printed, help: () => help.join('') };
}

function unanswered(): never {
  throw complaint('The API was not to be asked.');
}

/** An address that answers every call with 200, as an app does that lives. */
async function aLivingApp(): Promise<string> {
  const server = createServer((_request, response) => void response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('pal help', () => {
  it.each([
    [[], 'Usage: pal [options]'],
    [['tenants'], 'Usage: pal tenants [options]'],
    [['tenants', 'list'], 'Usage: pal tenants list [options]'],
  ])('of %j shows how that is used', async (names, usage) => {
    const { run, help } = aPal();

    await run('help', ...names);

    expect(help()).toContain(usage);
  });

  it('of what there is not is misuse', async () => {
    await expect(aPal().run('help', 'tenants', 'lust')).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('pal doctor', () => {
  const check = (verdict: Check['verdict']): Check => ({ name: 'a', verdict, detail: '', remedy: null });
  const answering = (...checks: Check[]) =>
    (() => Promise.resolve({ status: 200, body: { checks } })) as unknown as Api['call'];

  it('is content where nothing failed, though one thing could not be told', async () => {
    const { run, printed } = aPal({
      url: await aLivingApp(),
      call: answering(check('passed'), check('could not tell')),
    });

    await run('doctor');

    expect(printed).toHaveLength(1);
  });

  it('fails where something failed', async () => {
    const { run } = aPal({ url: await aLivingApp(), call: answering(check('failed')) });

    await expect(run('doctor')).rejects.toThrow('1 checks failed.');
  });

  it('fails where the app’s own checks could not be made', async () => {
    const call = () => Promise.reject(complaint('This takes the app role Pal.Operate.'));
    const { run, printed } = aPal({ url: await aLivingApp(), call });

    await expect(run('doctor')).rejects.toThrow('could not be made');
    expect(printed).toHaveLength(1);
  });
});

describe('pal export', () => {
  it('to a file that cannot be written says so, and is misuse', async () => {
    const csv = () => Promise.resolve({ text: 'tenantId\r\n', continuation: null });
    const file = join(tmpdir(), 'no', 'such', 'folder', 'tenants.csv');

    await expect(aPal({ csv }).run('export', '--file', file)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('cannot be written') as string,
    });
  });
});
