/** Runs a plan over a caller's tables: filters by index first, joins by hash. */
import type { Dataset, Row } from './dataset.ts';
import type { Condition, Expression, Ordering, Plan, Stage } from './query-plan.ts';

/** How many results a dataset keeps for the pages that follow the first. */
const keptResults = 8;

/** The subscriptions a query looks through, with a short name for them; null for all. */
export type Sought = { readonly name: string; readonly ids: ReadonlySet<string> } | null;

/** All rows of a query over the subscriptions it looks through. */
export function runQuery(dataset: Dataset, plan: Plan, sought: Sought): readonly Row[] {
  const key = JSON.stringify([plan, sought?.name]);
  const known = dataset.results.get(key);
  if (known) return known;
  const rows = runPlan(dataset, plan, sought?.ids);
  const [oldest] = dataset.results.keys();
  if (dataset.results.size >= keptResults && oldest !== undefined) dataset.results.delete(oldest);
  dataset.results.set(key, rows);
  return rows;
}

function runPlan(dataset: Dataset, plan: Plan, only?: ReadonlySet<string>): readonly Row[] {
  return plan.stages.reduce(
    (rows, stage) => runStage(dataset, stage, rows),
    startingRows(dataset, plan, only),
  );
}

/** The table's rows, or fewer where a leading filter names tenants or subscriptions: those have an index. */
function startingRows(dataset: Dataset, plan: Plan, only?: ReadonlySet<string>): readonly Row[] {
  const table = dataset.tables[plan.table];
  if (!table) return [];
  const firstOther = plan.stages.findIndex((one) => one.kind !== 'where');
  const filters = plan.stages.slice(0, firstOther < 0 ? undefined : firstOther);
  const conditions = filters.flatMap((one) => (one.kind === 'where' ? one.conditions : []));
  const chosen = conditions.flatMap(({ left, negated, values }) => {
    const index =
      left.kind === 'path' && left.path.length === 1 ? table.index[left.path[0] ?? ''] : undefined;
    return index && !negated ? [{ index, values }] : [];
  })[0];
  const picked = chosen
    ? [...new Set(chosen.values.map((one) => one.toLowerCase()))].flatMap(
        (one) => chosen.index.get(one) ?? [],
      )
    : table.rows;
  return only ? picked.filter((one) => only.has(String(one['subscriptionId']))) : picked;
}

function runStage(dataset: Dataset, stage: Stage, rows: readonly Row[]): readonly Row[] {
  switch (stage.kind) {
    case 'where':
      return rows.filter(allOf(stage.conditions));
    case 'project':
      return rows.map((row) =>
        Object.fromEntries(stage.columns.map(({ name, value }) => [name, evaluate(value, row)])),
      );
    case 'join':
      return joinLeftOuter(dataset, stage, rows);
    case 'order':
      return rows.toSorted((a, b) => compareRows(stage.by, a, b));
    case 'limit':
      return rows.slice(0, stage.rows);
    case 'count':
      return [{ Count: rows.length }];
  }
}

function allOf(conditions: readonly Condition[]): (row: Row) => boolean {
  const tests = conditions.map(({ left, ignoresCase, negated, values }) => {
    const fold = (text: string) => (ignoresCase ? text.toLowerCase() : text);
    const wanted = new Set(values.map(fold));
    return (row: Row) => wanted.has(fold(toText(evaluate(left, row)))) !== negated;
  });
  return (row) => tests.every((test) => test(row));
}

function evaluate(expression: Expression, row: Row): unknown {
  if (expression.kind === 'call') {
    const text = toText(evaluate(expression.argument, row));
    return expression.name === 'tolower' ? text.toLowerCase() : text;
  }
  return expression.path.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : null) ?? null,
    row,
  );
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function joinLeftOuter(
  dataset: Dataset,
  { right, on, adds }: Extract<Stage, { kind: 'join' }>,
  rows: readonly Row[],
): readonly Row[] {
  const lookup = rightSide(dataset, right, on);
  const unmatched = Object.fromEntries(adds.map(({ name }) => [name, null]));
  return rows.flatMap((row) => {
    const matches = row[on] === null ? undefined : lookup.get(row[on]);
    if (!matches) return [{ ...row, ...unmatched }];
    return matches.map((match) => ({
      ...row,
      ...Object.fromEntries(adds.map(({ name, from }) => [name, match[from] ?? null])),
    }));
  });
}

function rightSide(dataset: Dataset, right: Plan, on: string): ReadonlyMap<unknown, readonly Row[]> {
  const key = JSON.stringify([right, on]);
  const known = dataset.joins.get(key);
  if (known) return known;
  const made = Map.groupBy(runPlan(dataset, right), (row) => row[on]);
  dataset.joins.set(key, made);
  return made;
}

function compareRows(by: readonly Ordering[], a: Row, b: Row): number {
  for (const { column, descending } of by) {
    const order = compareValues(a[column], b[column]);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

/** Nulls come first when sorting upwards, text by character code. */
function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const isNull = Number(b === null) - Number(a === null);
  if (isNull !== 0) return isNull;
  const [left, right] = [toText(a), toText(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
