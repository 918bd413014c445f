import { describe, expect, it } from 'vitest';
import { addNews, noNews } from '../../../src/lib/domain/sweep-news.ts';

describe('the news of a sweep', () => {
  it.each([
    ['a tenant that stays as it was', 'earning', 'earning', []],
    ['a tenant on record since, and set up to earn', null, 'earning', ['found', 'earning']],
    ['a tenant on record since, in trouble', null, 'not-earning', ['found', 'bad']],
    ['a repair', 'partly-earning', 'earning', ['earning']],
    ['a loss', 'earning', 'unlinked', ['bad']],
    ['another trouble than before', 'unlinked', 'not-earning', []],
    ['a removal', 'earning', 'not-delegated', ['gone']],
    ['trouble after a removal', 'not-delegated', 'not-earning', ['bad']],
    ['an offboarding', 'earning', 'offboarded', []],
  ])('tell of %s', (_, before, state, told) => {
    const news = addNews(noNews, { tenantId: 'a', state }, before);

    const listed = Object.entries(news).flatMap(([name, { count, first }]) =>
      count > 0 ? [[name, count, first]] : [],
    );
    expect(listed).toEqual(told.map((name) => [name, 1, ['a']]));
  });

  it('name the first twenty tenants and count the rest', () => {
    const news = Array.from({ length: 25 }, (_, n) => ({ tenantId: `t${n}`, state: 'unlinked' })).reduce(
      (sum, tenant) => addNews(sum, tenant, 'earning'),
      noNews,
    );

    expect(news.bad.count).toBe(25);
    expect(news.bad.first).toEqual(Array.from({ length: 20 }, (_, n) => `t${n}`));
  });
});
