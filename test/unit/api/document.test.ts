import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../src/functions/api/contract/openapi-document.ts';
import { operations } from '../../../src/functions/api/contract/operations.ts';
import { endpoints } from '../../../src/functions/api/endpoints.ts';

const named = (method: string, path: string) => `${method.toUpperCase()} ${path}`;
const served = Object.values(endpoints).flatMap((endpoint) =>
  endpoint.served.map(({ operation }) => ({ endpoint, operation })),
);

describe('the description of the API', () => {
  it('tells of every operation that is served, and of no other', () => {
    const paths = openApiDocument()['paths'] as Record<string, Record<string, unknown>>;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => named(method, path)),
    );

    expect(described.sort()).toEqual(
      served.map(({ operation }) => named(operation.method, operation.path)).sort(),
    );
    expect(operations).toHaveLength(described.length);
  });

  it('has its operations at the paths they say', () => {
    const astray = served.filter(({ endpoint, operation }) => {
      const pattern = endpoint.route.replaceAll(/\{\w+\}/g, '[^/]+');
      return !new RegExp(`^/${pattern}$`).test(operation.path);
    });

    expect(astray).toEqual([]);
  });

  it('names parameters as paths do', () => {
    const wrong = operations.filter(({ path, params }) => {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      return inPath.join() !== Object.keys(params?.shape ?? {}).join();
    });

    expect(wrong).toEqual([]);
  });

  it('finds no fault with a public linter', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: JSON.stringify(openApiDocument()), config });
    const errors = problems.filter(({ severity }) => severity === 'error');

    expect(errors.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });

  it('takes a token for everything but the sign of life', () => {
    expect(operations.filter(({ role }) => role === null).map(({ path }) => path)).toEqual(['/health/live']);
  });

  it('takes the operator’s role for everything that changes something', () => {
    const changing = operations.filter(({ method }) => method !== 'GET');

    expect(changing.filter(({ role }) => role !== 'Pal.Operate')).toEqual([]);
  });
});
