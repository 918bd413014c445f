import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { anEstate, deployer, startTestAzure } from '../support/azure.ts';

// Every command of the script starts a process.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

interface Directory {
  readonly groups: string[];
  readonly identities: { readonly name: string; readonly principalId: string }[];
  readonly apps: {
    readonly appId: string;
    readonly displayName: string;
    readonly signInAudience: string;
    readonly appRoles: { readonly value: string; readonly id: string }[];
    readonly identifierUris: string[];
    readonly trusts: { readonly subject: string; readonly issuer: string; readonly audiences: string[] }[];
  }[];
  readonly principals: {
    readonly id: string;
    readonly appId: string;
    readonly appRoleAssignmentRequired: boolean;
  }[];
  readonly grants: { readonly principalId: string; readonly appRoleId: string }[];
  readonly roles: { readonly principalId: string; readonly scope: string }[];
  readonly changes: string[];
}

const empty = {
  made: 0,
  groups: [],
  identities: [],
  apps: [],
  principals: [],
  grants: [],
  roles: [],
  changes: [],
};
const people = '0f0f0f0f-0000-4000-8000-000000000001';
const usual = ['--environment', 'test', '--location', 'northeurope', '--operator', people];

let folder: string;
/** What one run has made of an empty directory, and what it said. */
let done: { readonly directory: Directory; readonly said: ReturnType<typeof bootstrap> };

const open = () => {
  folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  symlinkSync(resolve('test/fixtures/bootstrap/az.mjs'), join(folder, 'az'));
  put(empty);
};
const close = () => rmSync(folder, { recursive: true });
beforeAll(() => {
  open();
  const said = bootstrap(...usual);
  done = { said, directory: directory() };
  close();
});
beforeEach(open);
afterEach(close);

function put(state: object): void {
  writeFileSync(join(folder, 'state.json'), JSON.stringify(state));
}

function directory(): Directory {
  return JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as Directory;
}

const SCRIPT = 'infra/bootstrap/bootstrap.sh';

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    AZ_STATE: join(folder, 'state.json'),
  };
}

function bootstrap(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('bash', [SCRIPT, ...args], {
    encoding: 'utf8',
    env: environment(),
  });
  return { status, stdout, stderr };
}

/** As `bootstrap`, while this process goes on: a simulator in it can answer. */
function bootstrapWith(env: Readonly<Record<string, string>>, ...args: string[]) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const options = { env: { ...environment(), ...env } };
    execFile('bash', [SCRIPT, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

it('makes identities, app registrations, their trust and the grants, and tells the ids that are needed', () => {
  const { status, stdout } = done.said;

  const { groups, identities, apps, principals, grants } = done.directory;
  const [linker, api] = apps;
  const subject = identities.find(({ name }) => name === 'id-pal-linker-test')?.principalId;
  expect(status).toBe(0);
  expect(groups).toEqual(['rg-pal-test']);
  expect(identities.map(({ name }) => name)).toEqual([
    'id-pal-runtime-test',
    'id-pal-observer-test',
    'id-pal-linker-test',
  ]);
  expect(linker).toMatchObject({
    signInAudience: 'AzureADMyOrg',
    appRoles: [],
    trusts: [
      {
        subject,
        issuer: 'https://login.microsoftonline.com/aaaaaaaa-0000-4000-8000-000000000001/v2.0',
        audiences: ['api://AzureADTokenExchange'],
      },
    ],
  });
  expect(api?.appRoles.map(({ value }) => value)).toEqual(['Pal.Read', 'Pal.Operate']);
  expect(api?.identifierUris).toEqual([`api://${api?.appId ?? '?'}`]);
  expect(principals.map(({ appRoleAssignmentRequired }) => appRoleAssignmentRequired)).toEqual([false, true]);
  expect(grants.map(({ principalId, appRoleId }) => [principalId, appRoleId])).toEqual(
    api?.appRoles.map(({ id }) => [people, id]),
  );
  expect(stdout).toContain(`azd env set PAL_PRINCIPAL_OBJECT_ID ${principals[0]?.id ?? '?'}\n`);
  expect(stdout).toContain(`azd env set PAL_PRINCIPAL_APPLICATION_ID ${linker?.appId ?? '?'}\n`);
  expect(stdout).toContain(`azd env set PAL_API_CLIENT_ID ${api?.appId ?? '?'}\n`);
});

it('changes nothing when it is run again', () => {
  put(done.directory);

  const again = bootstrap(...usual);

  expect(again).toMatchObject({ status: 0, stdout: done.said.stdout });
  expect(directory()).toEqual(done.directory);
});

it('makes in the resource manager what belongs there, and finds it there when it is run again', async () => {
  const azure = await startTestAzure(anEstate(), { applications: [deployer] });
  const arm = {
    AZ_ARM: azure.url,
    AZ_TOKEN: await azure.token({ principal: 'deployer' }),
    AZ_SUBSCRIPTION: '0f0f0f0f-0000-4000-8000-0000000000d3',
    NODE_EXTRA_CA_CERTS: azure.caFile,
  };

  const first = await bootstrapWith(arm, ...usual, '--watch-activity-log');
  const { changes } = directory();
  const again = await bootstrapWith(arm, ...usual, '--watch-activity-log');

  expect(first).toMatchObject({ code: 0 });
  expect(again).toEqual({ ...first, stderr: expect.any(String) as unknown });
  // What it makes of Azure stands there alone; of the directory nothing is made twice either.
  expect(directory()).toMatchObject({ groups: [], identities: [], roles: [], changes });
  const { calls } = azure.report();
  const group = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}';
  expect(Object.entries(calls).filter(([call]) => call.startsWith('PUT'))).toEqual([
    [`PUT ${group}`, 1],
    [`PUT ${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identityName}`, 4],
    ['PUT /providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}', 1],
  ]);
});

it('says what it would do under --what-if, and does none of it', () => {
  const { status, stdout, stderr } = bootstrap(...usual, '--what-if', '--watch-activity-log');

  expect(status).toBe(0);
  expect(stdout).toBe('');
  expect(stderr).toContain('would create the resource group rg-pal-test');
  expect(stderr).toContain('would create the app registration PAL Autopilot linker (test)');
  expect(stderr).toContain(`would give Pal.Operate to ${people}`);
  expect(stderr).toContain('would give Monitoring Reader at / to the log watcher');
  expect(directory()).toEqual(empty);
});

it('has nothing to do under --what-if once everything is there', () => {
  put(done.directory);

  expect(bootstrap(...usual, '--what-if').stderr).toBe('Nothing was changed.\n');
});

it('moves the trust to the managed identity of today', () => {
  const { directory: before } = done;
  put({ ...before, identities: before.identities.filter(({ name }) => name !== 'id-pal-linker-test') });

  const { status } = bootstrap(...usual);

  const { apps, identities } = directory();
  expect(status).toBe(0);
  expect(apps[0]?.trusts.map(({ subject }) => subject)).toEqual([
    identities.find(({ name }) => name === 'id-pal-linker-test')?.principalId,
  ]);
});

it('lets the log watcher read the tenant activity log, once', () => {
  put(done.directory);

  bootstrap(...usual, '--watch-activity-log');
  bootstrap(...usual, '--watch-activity-log');

  const { roles, identities } = directory();
  const watcher = identities.find(({ name }) => name === 'id-pal-watcher-test');
  expect(roles.map(({ principalId, scope }) => [principalId, scope])).toEqual([[watcher?.principalId, '/']]);
});

it.each(['group exists', 'identity list', 'ad app list', 'ad sp list', 'ad app federated-credential list'])(
  'takes a failing “az %s” for no answer, and makes nothing in its place',
  (failing) => {
    const before = { ...done.directory, failing };
    put(before);

    const { status } = bootstrap(...usual);

    expect(status).not.toBe(0);
    expect(directory()).toEqual(before);
  },
);

it('does not choose between two app registrations of one name', () => {
  const { directory: before } = done;
  put({ ...before, apps: [...before.apps, before.apps[0]] });

  const { status, stderr } = bootstrap(...usual);

  expect(status).toBe(1);
  expect(stderr).toContain('There are several app registrations named PAL Autopilot linker (test)');
});

it.each([
  [[], 'usage:'],
  [['--environment'], 'needs a value'],
  [['--enviroment', 'x'], 'unknown option: --enviroment'],
])('explains itself when it is called with %j', (args, words) => {
  const { status, stderr } = bootstrap(...args);

  expect(status).toBe(2);
  expect(stderr).toContain(words);
});
