/** Every way of holding access, each in a tenant of its own, and what people show of links that no pass can read. */
import { beforeAll, describe, expect, it } from 'vitest';
import { answerTo, runEstate, statesAtTheEnd, type EstateRun } from '../support/estate-run.ts';
import { linkWrites } from '../support/stack.ts';

let run: EstateRun;

beforeAll(async () => {
  run = await runEstate('access/kinds');
}, 90_000);

const tenant = (name: string) => run.report.tenants.find(({ displayName }) => displayName === name);

describe('an estate in which access is held in every way', () => {
  it.each([
    // By people, and automatically.
    ['City Power and Light', 'attested', null, []],
    ['Humongous Insurance', 'needs-person', 'attestation-expired', []],
    ['Consolidated Messenger', 'needs-person', 'guest-user', []],
    ['VanArsdel', 'automatic', 'unverified', []],
    // By people, and by a delegation that a pass can look at.
    ['Fabrikam Residences', 'earning', null, ['earning']],
    ['Trey Research', 'not-earning', 'role-not-eligible', ['role-not-eligible']],
    // By an offer of the marketplace.
    ['Wingtip Toys', 'earning', null, ['earning']],
    ['Lamna Healthcare', 'not-earning', 'role-not-eligible', ['role-not-eligible']],
    // By a service principal in the tenant.
    ['Munson’s Pickles', 'earning', null, ['earning']],
    ['Best For You Organics', 'partly-earning', 'role-not-eligible', ['role-not-eligible', 'earning']],
    ['Southridge Video', 'not-delegated', 'gone', ['gone']],
    ['Fincher Architects', 'earning', null, ['earning']],
    // By a service principal that cannot be used.
    ['The Phone Company', 'unobserved', 'denied', []],
    ['Liberty’s Delightful', 'unobserved', 'denied', []],
    ['Nod Publishers', 'unobserved', 'denied', []],
  ])('ends with %s %s (%s)', (name, state, reason, verdicts) => {
    expect(tenant(name)).toMatchObject({ state, reason });
    expect(tenant(name)?.scopes.map(({ verdict }) => verdict)).toEqual(verdicts);
  });

  it('settles, answers the operator as expected and parks nothing', () => {
    expect(run).toMatchObject({ code: 0, report: { settled: true, parked: [] } });
    expect(run.report.tenants).toHaveLength(15);
  });

  it('has one link at home for all who delegate, and one in each tenant with a service principal', () => {
    expect(linkWrites(run.report.arm)).toEqual({ PUT: 5 });
    expect(run.report.links.map(({ partnerId }) => partnerId)).toEqual(Array(5).fill('4681234'));
    expect(run.report.arm.beforeRetryAfter).toBe(0);
  });

  it('inherits downwards what is held on a management group', () => {
    expect(tenant('Munson’s Pickles')?.scopes).toMatchObject([{ inherited: true }]);
  });

  it('says why a tenant could not be read, in the words of Entra', () => {
    expect(tenant('The Phone Company')?.failure?.message).toContain('AADSTS700016');
    expect(tenant('Liberty’s Delightful')?.failure?.message).toContain('AADSTS65001');
    expect(tenant('Nod Publishers')?.failure?.message).toContain('dddddddd-0000-4000-8000-000000000099');
  });

  it('marks what came by the marketplace, where only a new version of the plan helps', () => {
    const marked = run.report.tenants.filter(({ scopes }) => scopes.some(({ marketplace }) => marketplace));
    const remedy = answerTo(run, 0).body as { scopes: { remedy: { kind: string } }[] };

    expect(marked.map(({ displayName }) => displayName).sort()).toEqual(['Lamna Healthcare', 'Wingtip Toys']);
    expect(remedy.scopes.map(({ remedy: { kind } }) => kind)).toEqual(['publish-plan']);
  });
});

describe('an attestation', () => {
  it('counts until it expires', () => {
    expect(answerTo(run, 0, 1).body).toMatchObject({ displayName: 'Humongous Insurance', state: 'attested' });
    expect(answerTo(run, 0, 2).body).toMatchObject({
      displayName: 'City Power and Light',
      state: 'attested',
    });
    expect(statesAtTheEnd(run)).toMatchObject({
      'Humongous Insurance': ['needs-person', 'attestation-expired'],
      'City Power and Light': ['attested', null],
    });
  });

  it('of a link to another partner ID is refused, field by field', () => {
    expect(answerTo(run, 0, 3)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('link.partnerId is not 4681234') as string },
    });
  });
});
