import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operations } from '../../../src/functions/api/contract/operations.ts';
import { problem } from '../../../src/functions/api/contract/problem.ts';
import { endpoints } from '../../../src/functions/api/endpoints.ts';
import { anApi } from '../../support/api.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const nasty = fc.oneof(
  fc.string({ maxLength: 300, unit: 'binary' }),
  fc.constantFrom(
    ...[
      '',
      '.',
      '..',
      '%00',
      '%2e%2e',
      '\u0000',
      "' or 1 eq 1",
      '"',
      '=cmd|1',
      '{{7*7}}',
      '<script>',
      'null',
    ],
    ...['-1', '0', '1e999', 'NaN', '99999999999999999999', '00000000-0000-0000-0000', 'x'.repeat(5_000)],
    ...['__proto__', 'constructor', 'toString', '[]', '{}', 'true', '\uD800', '\u202E', 'ﷺ'.repeat(200)],
  ),
);

/** What fits nowhere: a body of the wrong form for every operation, those among them that take none. */
const badJson = fc.oneof(
  fc.json({ maxDepth: 4 }).filter((text) => !text.startsWith('{')),
  fc
    .string({ maxLength: 200, unit: 'binary' })
    .filter((text) => text !== '' && !/^\s*[{\d"[tfn-]/.test(text)),
  fc
    .dictionary(nasty, fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 })
    .map((value) => JSON.stringify({ ...value, zz: 1 })),
  fc.constantFrom(
    '{"__proto__":{"a":1}}',
    '{"tenantId":{"$gt":""}}',
    '[[[[]]]]',
    '{"a":1',
    `{"a":"${'x'.repeat(70_000)}"}`,
  ),
);

const someOperation = fc.constantFrom(...operations.filter(({ role }) => role !== null));
const fill = (path: string, value: string) =>
  path.replace(/\{\w+\}/g, () => encodeURIComponent(value) || '%20');
const aGuid = '1d210ff1-0001-4000-8000-000000000001';
const wellFormed = (value: string) => value.isWellFormed();

interface Bad {
  readonly method: string;
  readonly target: string;
  readonly as?: 'Pal.Operate' | null;
  readonly headers?: Record<string, string>;
  readonly bytes?: Uint8Array;
}

const withoutRight = fc
  .record({ operation: someOperation, as: fc.constantFrom(null, undefined) })
  .map(({ operation, as }): Bad => ({
    method: operation.method,
    target: fill(operation.path, aGuid),
    ...(as === undefined ? {} : { as }),
  }));
const badToken = fc.record({ operation: someOperation, token: nasty }).map(({ operation, token }): Bad => ({
  method: operation.method,
  target: fill(operation.path, aGuid),
  headers: { authorization: `Bearer ${token.replace(/[^\x20-\x7e]/g, '?')}!` },
}));
const badMethod = fc
  .record({ endpoint: fc.constantFrom(...Object.values(endpoints)), method: fc.constantFrom(...METHODS) })
  .map(({ endpoint, method }): Bad => ({
    method,
    target: `/${fill(endpoint.route, aGuid)}`,
    as: 'Pal.Operate',
  }));
const badParameter = fc
  .record({
    operation: someOperation,
    value: nasty.filter((text) => wellFormed(text) && text !== '' && text !== '.' && text !== '..'),
  })
  .filter(({ operation }) => operation.params !== undefined)
  .map(({ operation, value }): Bad => ({
    method: operation.method,
    target: fill(operation.path, value),
    as: 'Pal.Operate',
  }));
const badQuery = fc
  .record({ operation: someOperation, name: nasty.filter(wellFormed), value: nasty.filter(wellFormed) })
  .map(({ operation, name, value }): Bad => {
    const query = new URLSearchParams({ [`x${name}`]: value });
    return {
      method: operation.method,
      target: `${fill(operation.path, aGuid)}?${query.toString()}`,
      as: 'Pal.Operate',
    };
  });
const badValue = fc
  .record({ operation: someOperation, at: fc.nat(20), value: nasty.filter(wellFormed) })
  .filter(({ operation }) => operation.query !== undefined)
  .map(({ operation, at, value }): Bad => {
    const names = Object.keys(operation.query?.shape ?? {});
    const query = new URLSearchParams({ [names[at % names.length] ?? 'top']: value });
    return {
      method: operation.method,
      target: `${fill(operation.path, aGuid)}?${query.toString()}`,
      as: 'Pal.Operate',
    };
  });
const badBody = fc
  .record({
    operation: someOperation,
    text: badJson,
    type: fc.constantFrom('application/json', 'text/plain', 'text/csv', ''),
  })
  .filter(({ operation }) => operation.method !== 'GET')
  .map(({ operation, text, type }): Bad => ({
    method: operation.method,
    target: fill(operation.path, aGuid),
    as: 'Pal.Operate',
    bytes: Buffer.from(text),
    headers: type ? { 'content-type': type } : {},
  }));
const badBytes = fc
  .record({ operation: someOperation, bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }) })
  .filter(({ operation }) => operation.method !== 'GET')
  .map(({ operation, bytes }): Bad => ({
    method: operation.method,
    target: fill(operation.path, aGuid),
    as: 'Pal.Operate',
    bytes: Uint8Array.from([0xff, ...bytes]),
    headers: { 'content-type': operation.body?.type ?? 'application/json' },
  }));

const send = async ({ method, target, ...call }: Bad) => anApi().send(method, target, call);

/** Every refusal is a problem with words, of its own status, and shows nothing of the inside. */
async function isRefused(bad: Bad): Promise<number> {
  const answer = await send(bad);
  const told = `${bad.method} ${bad.target.slice(0, 80)} → ${answer.status} ${answer.text.slice(0, 200)}`;
  expect(answer.status, told).toBeGreaterThanOrEqual(400);
  expect(answer.status, told).toBeLessThan(500);
  expect(answer.headers.get('content-type'), told).toContain('application/problem+json');
  expect(problem.parse(answer.json).status, told).toBe(answer.status);
  expect(answer.text, told).not.toMatch(/node_modules|\.ts:\d|at async/);
  return answer.status;
}

describe('a bad request is refused as a problem, and never breaks anything', () => {
  it.each<[string, fc.Arbitrary<Bad>, readonly number[]]>([
    ['without the right to make it', withoutRight, [401, 403]],
    ['with a token that is none', badToken, [401]],
    ['with a parameter nobody knows', badQuery, [400]],
    ['with a path that names nothing', badParameter, [400, 404, 405, 413, 415]],
    ['with a body that is not as agreed', badBody, [400, 413, 415]],
    ['with bytes that are no text', badBytes, [400]],
  ])('%s', async (_, bad, statuses) => {
    await fc.assert(
      fc.asyncProperty(bad, async (one) => {
        expect(statuses).toContain(await isRefused(one));
      }),
      { numRuns: 350 },
    );
  });

  it.each<[string, fc.Arbitrary<Bad>]>([
    ['of any method', badMethod],
    ['of any value in the query', badValue],
  ])('and one %s is answered or refused, and nothing else', async (_, bad) => {
    await fc.assert(
      fc.asyncProperty(bad, async (one) => {
        const answer = await send(one);
        expect(
          answer.status,
          `${one.method} ${one.target.slice(0, 100)} ${answer.text.slice(0, 200)}`,
        ).toBeLessThan(500);
        if (answer.status >= 400) problem.parse(answer.json);
      }),
      { numRuns: 350 },
    );
  });
});
