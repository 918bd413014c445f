import { beforeAll, describe, expect, it } from 'vitest';
import type { AzureReport } from '../../local/stack.ts';
import { linkReads, linkWrites, settleEstate, type StackReport } from '../support/stack.ts';

let report: StackReport;
let azure: AzureReport;

beforeAll(async () => {
  ({ report, azure } = await settleEstate('local/estates/default.json'));
});

describe('the default estate', () => {
  it.each([
    ['Contoso', 'earning', ['earning']],
    ['Northwind Traders', 'not-earning', ['role-not-eligible']],
    ['Adventure Works', 'not-earning', ['eligible-only']],
    ['Tailspin Toys', 'not-earning', ['wrong-object-id']],
    ['Wide World Importers', 'earning', ['earning']],
    ['Fourth Coffee', 'not-earning', ['principal-missing']],
    ['Litware', 'partly-earning', ['earning', 'principal-missing']],
    ['Proseware', 'earning', ['earning', 'earning']],
    ['Alpine Ski House', 'not-earning', ['subscription-inactive']],
    ['Woodgrove Bank', 'not-delegated', []],
    ['Lucerne Publishing', 'unobserved', []],
    ['Relecloud', 'not-delegated', ['not-visible']],
    ['Margie’s Travel', 'not-earning', ['role-unknown']],
    ['Blue Yonder Airlines', 'earning', ['earning']],
    ['Graphic Design Institute', 'not-earning', ['other-principal']],
    ['Coho Vineyard', 'earning', ['earning']],
    ['School of Fine Art', 'earning', ['earning']],
  ])('%s ends %s', (name, state, verdicts) => {
    const tenant = report.tenants.find(({ displayName }) => displayName === name);

    expect(tenant?.state).toBe(state);
    expect(tenant?.scopes.map(({ verdict }) => verdict)).toEqual(verdicts);
    expect(tenant?.changes).toBe(state === 'unobserved' ? 0 : 1);
  });

  it('tells of every customer, and of nobody else', () => {
    expect(report.tenants).toHaveLength(17);
  });

  it('links the one principal in use with one write', () => {
    expect(linkWrites(azure)).toEqual({ PUT: 1 });
    expect(linkReads(azure)).toBeLessThanOrEqual(5);
    expect(report.links).toMatchObject([
      { principal: 'pal-link', partnerId: '4681234', state: 'Active', lastOutcome: 'linked' },
    ]);
  });

  it('shows a resource group that earns through its subscription as inherited', () => {
    const proseware = report.tenants.find(({ displayName }) => displayName === 'Proseware');

    expect(proseware?.scopes.map(({ inherited }) => inherited)).toEqual([false, true]);
  });

  it('says why a customer that cannot be read is not counted', () => {
    const lucerne = report.tenants.find(({ displayName }) => displayName === 'Lucerne Publishing');

    expect(lucerne?.failure).toMatchObject({ kind: 'denied' });
    expect(lucerne?.lastGood).toBeNull();
  });

  it('says what each agreement counts for', () => {
    const countsFor = (name: string) =>
      report.tenants.find(({ displayName }) => displayName === name)?.scopes[0]?.countsFor;

    expect(countsFor('Contoso')).toBe('pec');
    expect(countsFor('School of Fine Art')).toBe('recognition');
  });

  it('parks the message nobody can read, with words', () => {
    expect(report.parked).toMatchObject([
      { queue: 'onboarding', reason: 'The message body is not valid JSON in UTF-8.' },
    ]);
  });

  it('is never throttled', () => {
    expect(azure).toMatchObject({ throttled: 0, beforeRetryAfter: 0 });
  });
});
