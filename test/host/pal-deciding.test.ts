import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aCustomer,
  anEstate,
  delegationTo,
  PARTNER_ID,
  PRINCIPAL,
  subscriptionIdOf,
  tenantIdOf,
} from '../support/estate.ts';
import { palWith, type Pal } from '../support/pal.ts';
import { runStack, type RunningStack } from '../support/stack.ts';

const ROLE = '0e0e0e0e-0000-4000-8000-000000000001';
const PERSON = '0f0f0f0f-0000-4000-8000-000000000001';
const NOBODY = 'ffffffff-0000-4000-8000-00000000ffff';

const [unknownRole, guest, found, unwanted] = [0, 1, 2, 3].map(tenantIdOf) as [
  string,
  string,
  string,
  string,
];
const guestSubscription = subscriptionIdOf(1);

/** A customer with a role in no table, one we reach as a guest, and two that nobody has announced. */
const estate = anEstate([
  aCustomer(0, {
    subscriptions: [
      {
        subscriptionId: subscriptionIdOf(0),
        displayName: 'Prod',
        delegations: [delegationTo(PRINCIPAL, ROLE)],
      },
    ],
  }),
  aCustomer(1, {
    event: { accessKinds: ['guest-user'], agreement: 'ea', subscriptionIds: [guestSubscription] },
    subscriptions: [],
  }),
  aCustomer(2, { onboard: false }),
  aCustomer(3, { onboard: false }),
]);

let running: RunningStack;
let pal: Pal;

beforeAll(async () => {
  running = await runStack(estate, { set: { ADOPT: 'review' } });
  await running.settle();
  await running.stack.startSweep();
  await running.settle();
  pal = palWith({ PAL_STACK: join(running.dataDir, 'stack.json') });
});
afterAll(() => running.stop());

const stateOf = async (tenantId: string) =>
  (await pal('tenants', 'show', tenantId, '--query', 'state', '-o', 'tsv')).out.trim();

describe('pal found', () => {
  it('lists customers nobody announced, and registers or dismisses them by an operator’s word', async () => {
    const all = await pal('found', 'list', '--query', '[].tenantId');
    const dismissed = await pal('found', 'dismiss', unwanted);
    const unasked = await pal('found', 'adopt', '--all');
    const adopted = await pal('found', 'adopt', '--all', '--yes');
    await running.settle();

    expect(all.json()).toEqual([found, unwanted].sort());
    expect(dismissed.json()).toEqual({ tenantId: unwanted, decided: 'dismissed' });
    expect(unasked).toMatchObject({ code: 2, out: '' });
    expect(unasked.err).toContain('--yes');
    expect(adopted.json()).toEqual([{ tenantId: found, decided: 'adopted' }]);
    expect(await stateOf(found)).toBe('earning');
    expect((await pal('found', '-o', 'table')).out).toMatch(new RegExp(`^TenantId.*\\n${unwanted} +1 `));
    expect((await pal('found', 'adopt', unwanted)).json()).toEqual({
      tenantId: unwanted,
      decided: 'adopted',
    });
  });

  it.each([
    ['whom it is about is not said', 2, ['adopt']],
    ['nobody has found it', 3, ['adopt', NOBODY]],
    ['nobody has found what is to be dismissed', 3, ['dismiss', NOBODY]],
  ])('refuses when %s (%i)', async (_, code, args) => {
    expect(await pal('found', ...args)).toMatchObject({ code, out: '' });
  });
});

describe('pal roles', () => {
  it('lists what no table names, and decides it for the whole estate', async () => {
    const before = await pal('roles', '-o', 'tsv');
    const decided = await pal('roles', 'decide', ROLE, '--earns', 'true', '--source', 'case 4711');
    await running.settle();

    expect(before.out).toBe(`${ROLE}\tunknown\t1\t1\tCustomer 0\n`);
    expect(decided.json()).toMatchObject({ decision: { roleId: ROLE, earns: true }, tenants: 1, asked: 1 });
    expect(await stateOf(unknownRole)).toBe('earning');
    expect((await pal('roles', 'list')).json()).toEqual([]);
    expect((await pal('roles', 'list', '--decided')).json()).toMatchObject([{ source: 'case 4711' }]);
  });

  it.each([
    ['nobody says whether it earns', 2, [ROLE, '--source', 'x']],
    ['it is no id', 2, ['Contributor', '--earns', 'true', '--source', 'x']],
    ['the list names it', 1, ['b24988ac-6180-42a0-ab88-20f7382dd24c', '--earns', 'false', '--source', 'x']],
  ])('refuses to decide when %s (%i)', async (_, code, args) => {
    const run = await pal('roles', 'decide', ...args);

    expect(run).toMatchObject({ code, out: '' });
    expect(run.err).toMatch(/error/i);
  });
});

describe('pal tenants attest', () => {
  const link = {
    partnerId: PARTNER_ID,
    tenantId: guest,
    objectId: PERSON,
    state: 'Active',
    partnerName: 'Fabrikam Oslo',
  };

  it('shows a person’s link, from a file as from the command line', async () => {
    const file = join(running.dataDir, 'link.json');
    writeFileSync(file, `\uFEFF${JSON.stringify(link)}`);

    const before = await stateOf(guest);
    const fromFile = await pal('tenants', 'attest', guest, `@${file}`, '--by', 'Kari Nordmann');
    const inline = await pal('tenants', 'attest', guest, JSON.stringify(link), '--by', 'Ola', '-o', 'table');

    expect(before).toBe('needs-person');
    expect(fromFile.json()).toMatchObject({ tenantId: guest, state: 'attested' });
    expect(inline.out).toMatch(/Customer 1 +\S+ +attested/);
  });

  it.each([
    ['it is another tenant’s', 2, JSON.stringify({ ...link, tenantId: found })],
    ['it is no JSON', 2, 'Active'],
  ])('says what is wrong when %s', async (_, code, text) => {
    const run = await pal('tenants', 'attest', guest, text, '--by', 'Kari');

    expect(run).toMatchObject({ code, out: '' });
    expect(run.err).not.toMatch(/^\s+at /m);
  });
});

describe('pal tenants partner-of-record', () => {
  const partner = (verb: string, ...args: string[]) =>
    pal('tenants', 'partner-of-record', verb, guest, ...args);

  it('keeps how far a subscription’s partner of record has come', async () => {
    const status = async () => (await partner('list', '-o', 'tsv')).out;
    const before = await status();
    await partner('asked', guestSubscription, '--by', 'Kari', '--at', '2026-03-09');
    await partner('confirmed', guestSubscription, '--by', 'Ola', '--partner-id', PARTNER_ID);
    const confirmed = await status();
    const gone = await partner('void', guestSubscription, '--by', 'Ola', '--reason', 'removed-by-customer');

    expect(before).toBe(`${guestSubscription}\tnot-asked\tyes\t\n`);
    expect(confirmed).toBe(`${guestSubscription}\tconfirmed\tyes\t${PARTNER_ID}\n`);
    expect(gone.json()).toMatchObject({ tenantId: guest });
    expect(await status()).toBe(`${guestSubscription}\tvoid\tyes\t\n`);
  });

  it.each([
    ['the reason is none', 2, ['void', guestSubscription, '--by', 'Ola', '--reason', 'whim']],
    ['the time is none', 2, ['asked', guestSubscription, '--by', 'Ola', '--at', 'lately']],
  ])('refuses when %s', async (_, code, [verb = '', ...args]) => {
    expect(await partner(verb, ...args)).toMatchObject({ code, out: '' });
  });
});
