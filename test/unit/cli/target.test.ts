import { describe, expect, it } from 'vitest';
import { isComplaint } from '../../../cli/complaint.ts';
import { signInOf } from '../../../cli/sign-in.ts';
import { targetOf } from '../../../cli/target.ts';

const none = () => [];
const clientId = '0a0a0a0a-0000-4000-8000-00000000000a';

/** The exit code and the words of what is thrown. */
function refusal(act: () => unknown): string {
  try {
    act();
    return 'nothing';
  } catch (error) {
    if (isComplaint(error)) return `${error.exitCode}: ${error.message}`;
    throw error;
  }
}

describe('the API a command speaks to', () => {
  it.each([
    ['pal.example.com', 'https://pal.example.com/api'],
    ['https://pal.example.com/', 'https://pal.example.com/api'],
    ['https://pal.example.com/api/', 'https://pal.example.com/api'],
    ['https://gateway.example.com/pal/v1', 'https://gateway.example.com/pal/v1'],
    ['http://127.0.0.1:7071/api', 'http://127.0.0.1:7071/api'],
    ['http://localhost:7071', 'http://localhost:7071/api'],
  ])('is found at %s', (api, url) => {
    expect(targetOf({ api }, {}, none)).toEqual({ kind: 'api', url });
  });

  it.each([
    'http://pal.example.com',
    'ftp://pal.example.com',
    'https://me:pw@pal.example.com',
    'https://',
    'a b',
  ])('is never %s, because a token would be sent there', (api) => {
    expect(refusal(() => targetOf({ api }, {}, none))).toMatch(/^2: /);
  });

  it('is what the command line says before what the environment says', () => {
    expect(targetOf({ stack: 'a.json' }, { api: 'pal.example.com' }, none)).toEqual({
      kind: 'stack',
      file: 'a.json',
    });
    expect(targetOf({}, { api: 'pal.example.com' }, () => ['b.json'])).toMatchObject({ kind: 'api' });
  });

  it('is the local stack that runs, where nothing is said', () => {
    expect(targetOf({}, {}, () => ['b.json'])).toEqual({ kind: 'stack', file: 'b.json' });
  });

  it('is not guessed between two stacks, or where there is none', () => {
    expect(refusal(() => targetOf({}, {}, () => ['b.json', 'c.json']))).toContain('c.json');
    expect(refusal(() => targetOf({}, {}, none))).toMatch(/^2: .*no local stack runs/);
    expect(refusal(() => targetOf({ api: 'a', stack: 'b' }, {}, none))).toMatch(/^2: Both/);
  });
});

describe('signing in', () => {
  const api = { kind: 'api', url: 'https://pal.example.com/api' } as const;
  const stack = { kind: 'stack', file: 'a.json' } as const;

  it('happens by itself on the local stack', () => {
    expect(signInOf(stack, {})).toEqual({ kind: 'stack' });
  });

  it('happens as the developer, for the API’s own audience and no other', () => {
    expect(signInOf(api, { clientId, tenant: 'fabrikam.example' })).toEqual({
      kind: 'developer',
      scope: `api://${clientId}/.default`,
      tenantId: 'fabrikam.example',
    });
  });

  it('is not needed with a token', () => {
    const token = 'eyJh.eyJi.c2ln';

    expect(signInOf(stack, { token })).toEqual({ kind: 'token', token });
    expect(signInOf(api, { token: `Bearer ${token}\n` })).toEqual({ kind: 'token', token });
  });

  it('is refused in words where it is not said whom for, or with what is no token', () => {
    expect(refusal(() => signInOf(api, {}))).toMatch(/^2: /);
    expect(refusal(() => signInOf(api, { clientId: 'management.azure.com' }))).toMatch(/^2: /);
    expect(refusal(() => signInOf(api, { token: 'secret words' }))).toMatch(/^2: .*no access token/);
    expect(refusal(() => signInOf(api, { token: 'secret words' }))).not.toContain('secret words');
  });
});
