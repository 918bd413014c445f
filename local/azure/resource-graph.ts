/** Microsoft.ResourceGraph: one POST, in pages of at most 1,000 rows. */
import { z } from 'zod';
import type { EstateView } from './estate-view.ts';
import { randomUUID } from 'node:crypto';
import type { Answer, Caller } from './exchange.ts';
import { makeDataset, type Dataset } from './graph/dataset.ts';
import { parserFailureOf } from './graph/lexer.ts';
import { parseQuery } from './graph/parser.ts';
import type { Plan } from './graph/query-plan.ts';
import { runQuery, type Sought } from './graph/run-query.ts';

const largestPage = 1_000;

const QueryRequest = z.object({
  query: z.string(),
  subscriptions: z.array(z.string()).nullish(),
  options: z
    .object({
      $top: z.number().int().min(1).max(largestPage).nullish(),
      $skip: z.number().int().min(0).nullish(),
      $skipToken: z.string().nullish(),
      resultFormat: z
        .string()
        .regex(/^objectArray$/i)
        .nullish(),
    })
    .nullish(),
});

export interface ResourceGraph {
  query(view: EstateView, caller: Caller, body: string, now: number): Answer;
}

export function makeResourceGraph(): ResourceGraph {
  const datasets = new WeakMap<EstateView, Map<string, Dataset>>();
  const datasetOf = (view: EstateView, caller: Caller, now: number) => {
    const ofView = datasets.get(view) ?? new Map<string, Dataset>();
    datasets.set(view, ofView);
    const key = `${caller.tenantId}/${caller.objectId}`;
    const dataset = ofView.get(key) ?? makeDataset(view, caller, now);
    ofView.set(key, dataset);
    return dataset;
  };

  return {
    query(view, caller, body, now) {
      const request = QueryRequest.safeParse(readJson(body));
      if (!request.success) {
        const [issue] = request.error.issues;
        const where = issue?.path.join('.') ?? '';
        return badRequest(now, [{ code: 'InvalidRequest', message: `${where}: ${issue?.message ?? ''}` }]);
      }
      const { query, options, subscriptions } = request.data;
      const plan = readPlan(query, now);
      if ('status' in plan) return plan;
      const offset = readSkipToken(options?.$skipToken) ?? options?.$skip ?? 0;
      if (Number.isNaN(offset)) {
        return badRequest(now, [{ code: 'InvalidSkipToken', message: 'The skip token is not valid.' }]);
      }
      const dataset = datasetOf(view, caller, now);
      const limit = view.estate.rules.graphSubscriptionLimit;
      const isLimited = !subscriptions && limit !== null && dataset.subscriptionIds.length > limit;
      const sought = subscriptions ? named(subscriptions) : isLimited ? firstOf(dataset, limit) : null;
      const top = Math.min(options?.$top ?? 100, view.estate.rules.graphRowsPerPage);
      const page = answerPage(plan, runQuery(dataset, plan, sought), offset, top);
      return isLimited ? { ...page, headers: { 'x-ms-tenant-subscription-limit-hit': 'true' } } : page;
    },
  };
}

function named(subscriptions: readonly string[]): Sought {
  const ids = subscriptions.map((one) => one.toLowerCase());
  return { name: ids.join(), ids: new Set(ids) };
}

/** A query that names no subscription looks through some of them, and nobody knows by which order. */
function firstOf({ subscriptionIds }: Dataset, limit: number): Sought {
  return { name: `first ${limit}`, ids: new Set(subscriptionIds.slice(0, limit)) };
}

function answerPage(plan: Plan, rows: readonly object[], offset: number, top: number): Answer {
  const data = rows.slice(offset, offset + top);
  const hasMore = offset + data.length < rows.length;
  // Only results that carry an id can be paged: without one they are cut, and say so.
  const canPage = plan.columns.includes('id');
  const skipToken = Buffer.from(JSON.stringify({ RowsToSkip: offset + data.length })).toString('base64');
  return {
    status: 200,
    body: {
      totalRecords: rows.length,
      count: data.length,
      data,
      facets: [],
      resultTruncated: String(hasMore && !canPage),
      ...(hasMore && canPage ? { $skipToken: skipToken } : {}),
    },
  };
}

function readPlan(query: string, now: number): Plan | Answer {
  try {
    return parseQuery(query);
  } catch (error) {
    const failure = parserFailureOf(error);
    if (!failure) throw error;
    return badRequest(now, [
      {
        code: 'InvalidQuery',
        message:
          'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the ' +
          'error before retrying.',
      },
      { code: 'ParserFailure', message: 'ParserFailure', ...failure },
    ]);
  }
}

/** The offset in a skip token; undefined without one, NaN when it is not ours. */
function readSkipToken(token: string | null | undefined): number | undefined {
  if (token === null || token === undefined) return undefined;
  const read = z
    .object({ RowsToSkip: z.number().int().min(0) })
    .safeParse(readJson(Buffer.from(token, 'base64').toString()));
  return read.success ? read.data.RowsToSkip : Number.NaN;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Its message helps nobody but support; what is wrong stands in the details. */
function supportMessage(now: number): string {
  const timestamp = new Date(now).toISOString();
  return `Please provide below info when asking for support: timestamp = ${timestamp}, correlationId = ${randomUUID()}.`;
}

function badRequest(now: number, details: readonly object[]): Answer {
  return { status: 400, body: { error: { code: 'BadRequest', message: supportMessage(now), details } } };
}

/** What Resource Graph says when its quota is spent. */
export function graphThrottled(now: number): object {
  const code = 'RateLimiting';
  const message =
    'Client application has been throttled and should not continue to repeat the request until an amount of time ' +
    'has elapsed. Please see https://aka.ms/resourcegraph-throttling for help.';
  return { error: { code, message: supportMessage(now), details: [{ code, message }] } };
}
