/** Cuts a query into words, strings, numbers and signs. */
export interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'sign' | 'end';
  /** For a string: its content. */
  readonly text: string;
  readonly line: number;
  /** Characters before it in its line. */
  readonly position: number;
}

/** Why a query was not understood, in the words of the service's own parser. */
interface ParserFailure {
  readonly line: number;
  readonly characterPositionInLine: number;
  readonly token: string;
  readonly expectedToken: string;
}

const parserFailures = new WeakMap<Error, ParserFailure>();

/** An error that says which token was not understood. */
export function notUnderstood(token: Token, expectedToken: string): Error {
  const error = new Error(`${expectedToken} expected at line ${token.line}:${token.position}`);
  parserFailures.set(error, {
    line: token.line,
    characterPositionInLine: token.position,
    token: token.kind === 'end' ? '<EOF>' : token.text,
    expectedToken,
  });
  return error;
}

export function parserFailureOf(error: unknown): ParserFailure | undefined {
  return error instanceof Error ? parserFailures.get(error) : undefined;
}

const pattern =
  /(?<space>\s+|\/\/[^\n]*)|(?<word>[A-Za-z_$][\w$]*)|(?<number>\d+)|'(?<single>[^'\n]*)'|"(?<double>[^"\n]*)"|(?<sign>=~|!~|==|!=|[|,()=.~])|(?<other>.)/gy;

export function lex(query: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  for (const match of query.matchAll(pattern)) {
    const { space, word, number, single, double, sign } = match.groups ?? {};
    const position = match.index - lineStart;
    const text = word ?? number ?? single ?? double ?? sign ?? match[0];
    const kind = kindOf({ word, number, string: single ?? double });
    if (space === undefined) tokens.push({ kind, text, line, position });
    const breaks = match[0].split('\n').length - 1;
    line += breaks;
    if (breaks > 0) lineStart = match.index + match[0].lastIndexOf('\n') + 1;
  }
  tokens.push({ kind: 'end', text: '', line, position: query.length - lineStart });
  return tokens;
}

function kindOf(found: Readonly<Record<'word' | 'number' | 'string', string | undefined>>): Token['kind'] {
  if (found.string !== undefined) return 'string';
  if (found.word !== undefined) return 'word';
  return found.number === undefined ? 'sign' : 'number';
}
