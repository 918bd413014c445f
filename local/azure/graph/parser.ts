/**
 * Parses the part of the query language that the simulator honestly runs: where with =~ == != in in~ joined by `and`,
 * project with tolower and tostring, join kind=leftouter, order by, limit, count. Anything else is refused.
 */
import { lex, notUnderstood, type Token } from './lexer.ts';
import {
  tableColumns,
  tables,
  type Condition,
  type Expression,
  type Ordering,
  type Plan,
  type Projection,
  type Stage,
} from './query-plan.ts';

interface Reader {
  peek(): Token;
  next(): Token;
  /** Takes the next token when it is this word or sign; words compare without case. */
  accept(text: string): boolean;
  expect(text: string): void;
}

/** The plan of a query; throws what `parserFailureOf` explains. */
export function parseQuery(query: string): Plan {
  const reader = makeReader(lex(query));
  const plan = parsePipeline(reader);
  const rest = reader.peek();
  if (rest.kind !== 'end') throw notUnderstood(rest, '|');
  return plan;
}

function makeReader(tokens: readonly Token[]): Reader {
  let at = 0;
  const end: Token = { kind: 'end', text: '', line: 1, position: 0 };
  const peek = () => tokens[at] ?? tokens.at(-1) ?? end;
  const next = () => {
    const token = peek();
    at += 1;
    return token;
  };
  const accept = (text: string) => {
    const token = peek();
    const fits = token.kind !== 'string' && token.text.toLowerCase() === text;
    if (fits) at += 1;
    return fits;
  };
  return {
    peek,
    next,
    accept,
    expect(text) {
      if (!accept(text)) throw notUnderstood(peek(), text);
    },
  };
}

const operators = new Set(['where', 'project', 'join', 'order', 'sort', 'limit', 'take', 'count']);

function parsePipeline(reader: Reader): Plan {
  let columns: readonly string[] = tableColumns;
  const stages: Stage[] = [];
  const add = () => {
    const stage = parseStage(reader, columns);
    stages.push(stage);
    columns = columnsAfter(stage, columns);
  };
  // A query may leave out its table; then it is about resources.
  const startsWithStage = operators.has(reader.peek().text.toLowerCase());
  const table = startsWithStage ? 'resources' : parseTable(reader);
  if (startsWithStage) add();
  while (reader.accept('|')) add();
  return { table, stages, columns };
}

function parseTable(reader: Reader): string {
  const token = reader.next();
  const name = token.text.toLowerCase();
  if (token.kind !== 'word' || !tables.some((one) => one === name)) throw notUnderstood(token, 'table');
  return name;
}

function parseStage(reader: Reader, columns: readonly string[]): Stage {
  const token = reader.next();
  switch (token.text.toLowerCase()) {
    case 'where':
      return { kind: 'where', conditions: parseConditions(reader, columns) };
    case 'project':
      return { kind: 'project', columns: parseList(reader, () => parseProjection(reader, columns)) };
    case 'join':
      return parseJoin(reader, columns);
    case 'order':
    case 'sort':
      reader.expect('by');
      return { kind: 'order', by: parseList(reader, () => parseOrdering(reader, columns)) };
    case 'limit':
    case 'take':
      return { kind: 'limit', rows: parseNumber(reader) };
    case 'count':
      return { kind: 'count' };
    default:
      throw notUnderstood(token, 'operator');
  }
}

function columnsAfter(stage: Stage, columns: readonly string[]): readonly string[] {
  switch (stage.kind) {
    case 'project':
      return stage.columns.map((one) => one.name);
    case 'join':
      return [...columns, ...stage.adds.map((one) => one.name)];
    case 'count':
      return ['Count'];
    default:
      return columns;
  }
}

/** A column of the right side that the left has too gets a 1 behind its name. */
function joinedName(name: string, left: readonly string[]): string {
  return left.includes(name) ? joinedName(`${name}1`, left) : name;
}

function parseConditions(reader: Reader, columns: readonly string[]): Condition[] {
  const conditions = [parseCondition(reader, columns)];
  while (reader.accept('and')) conditions.push(parseCondition(reader, columns));
  return conditions;
}

function parseCondition(reader: Reader, columns: readonly string[]): Condition {
  const left = parseExpression(reader, columns);
  const token = reader.next();
  switch (token.text.toLowerCase()) {
    case '==':
      return { left, ignoresCase: false, negated: false, values: [parseString(reader)] };
    case '!=':
      return { left, ignoresCase: false, negated: true, values: [parseString(reader)] };
    case '=~':
      return { left, ignoresCase: true, negated: false, values: [parseString(reader)] };
    case '!~':
      return { left, ignoresCase: true, negated: true, values: [parseString(reader)] };
    case 'in': {
      const ignoresCase = reader.accept('~');
      reader.expect('(');
      const values = parseList(reader, () => parseString(reader));
      reader.expect(')');
      return { left, ignoresCase, negated: false, values };
    }
    default:
      throw notUnderstood(token, '=~');
  }
}

function parseProjection(reader: Reader, columns: readonly string[]): Projection {
  const first = reader.peek();
  const value = parseExpression(reader, columns, true);
  if (value.kind === 'path' && value.path.length === 1 && reader.accept('=')) {
    return { name: first.text, value: parseExpression(reader, columns) };
  }
  requireColumn(value, first, columns);
  if (value.kind !== 'path') throw notUnderstood(first, 'name =');
  return { name: value.path.join('_'), value };
}

/** `mayBeNew`: the word may be the name a projection is about to make, so it need not be a column yet. */
function parseExpression(reader: Reader, columns: readonly string[], mayBeNew = false): Expression {
  const token = reader.next();
  if (token.kind !== 'word') throw notUnderstood(token, 'column');
  const name = token.text.toLowerCase();
  if ((name === 'tolower' || name === 'tostring') && reader.accept('(')) {
    const argument = parseExpression(reader, columns);
    reader.expect(')');
    return { kind: 'call', name, argument };
  }
  const path = [token.text];
  while (reader.accept('.')) {
    const part = reader.next();
    if (part.kind !== 'word') throw notUnderstood(part, 'name');
    path.push(part.text);
  }
  const expression: Expression = { kind: 'path', path };
  if (!mayBeNew) requireColumn(expression, token, columns);
  return expression;
}

function requireColumn(expression: Expression, token: Token, columns: readonly string[]): void {
  const [column] = expression.kind === 'path' ? expression.path : [];
  // A word in the place of an operand may be an operator that lost its operand; the next token tells better.
  if (column === undefined || operators.has(column.toLowerCase())) return;
  if (!columns.includes(column)) throw notUnderstood(token, 'column');
}

function parseJoin(reader: Reader, columns: readonly string[]): Stage {
  reader.expect('kind');
  reader.expect('=');
  reader.expect('leftouter');
  reader.expect('(');
  const right = parsePipeline(reader);
  reader.expect(')');
  reader.expect('on');
  const token = reader.next();
  const both = columns.includes(token.text) && right.columns.includes(token.text);
  if (token.kind !== 'word' || !both) throw notUnderstood(token, 'column of both sides');
  const adds = right.columns.map((from) => ({ name: joinedName(from, columns), from }));
  return { kind: 'join', right, on: token.text, adds };
}

function parseOrdering(reader: Reader, columns: readonly string[]): Ordering {
  const token = reader.next();
  if (token.kind !== 'word' || !columns.includes(token.text)) throw notUnderstood(token, 'column');
  // The language sorts downwards unless told otherwise.
  if (reader.accept('asc')) return { column: token.text, descending: false };
  reader.accept('desc');
  return { column: token.text, descending: true };
}

function parseNumber(reader: Reader): number {
  const token = reader.next();
  if (token.kind !== 'number') throw notUnderstood(token, 'number');
  return Number(token.text);
}

function parseString(reader: Reader): string {
  const token = reader.next();
  if (token.kind !== 'string') throw notUnderstood(token, 'string');
  return token.text;
}

function parseList<T>(reader: Reader, parseOne: () => T): T[] {
  const list = [parseOne()];
  while (reader.accept(',')) list.push(parseOne());
  return list;
}
