import { describe, expect, it } from 'vitest';
import { compareRoutes, matchRoute, overlap, parseRoute } from '../../../local/host/route.ts';

const route = (template: string) => parseRoute(template, 'test');

describe('a route', () => {
  it.each([
    ['api/tenants', '/API/Tenants/', {}],
    ['api/tenants/{id}', '/api/tenants/a%2Fb', { id: 'a/b' }],
    ['api/tenants/{id}', '/api/tenants', undefined],
    ['api/tenants/{id?}', '/api/tenants', {}],
    ['api/{n:int}', '/api/12', { n: '12' }],
    ['api/{n:int}', '/api/x', undefined],
    ['api/{*rest}', '/api', {}],
    ['api/{*rest}', '/api/a/b', { rest: 'a/b' }],
    ['api/tenants', '/api/tenants/more', undefined],
  ])('%s against %s gives %o', (template, path, params) => {
    expect(matchRoute(route(template), path)).toEqual(params);
  });

  it.each(['api/{a}-{b}', 'api/{a:regex(x)}', 'api/{a=1}', 'api/{'])('%s is refused', (template) => {
    expect(() => route(template)).toThrow(/^test: .* is not supported by the local host$/);
  });
});

it('sorts the more specific route first', () => {
  const templates = ['t/{*rest}', 't/{id}', 't/{id}/history', 't/import', 't/{id:guid}', 't'];

  const sorted = templates.map(route).sort(compareRoutes);

  expect(sorted.map(({ template }) => template)).toEqual([
    't',
    't/import',
    't/{id:guid}',
    't/{id}',
    't/{id}/history',
    't/{*rest}',
  ]);
});

it.each([
  ['t/{id}', 't/import', true],
  ['t/{id:guid}', 't/import', false],
  ['t/{id}', 't/{id}/history', false],
  ['t/{id?}', 't', true],
  ['t/{*rest}', 't/a/b', true],
  ['t/a', 't/b', false],
])('tells whether %s and %s can match one path', (a, b, expected) => {
  expect(overlap(route(a), route(b))).toBe(expected);
  expect(overlap(route(b), route(a))).toBe(expected);
});
