/** Paths by template. The template is also the name under which calls are counted. */
export interface Route<Handler> {
  readonly method: string;
  readonly template: string;
  readonly handler: Handler;
  readonly pattern: RegExp;
}

export type Parameters = Readonly<Record<string, string>>;

export interface Match<Handler> {
  readonly route: Route<Handler>;
  readonly parameters: Parameters;
}

/** Makes a route; `{name}` in the template matches one path segment. Case and a trailing slash do not matter. */
export function route<Handler>(method: string, template: string, handler: Handler): Route<Handler> {
  const source = template
    .split(/(\{[^}]+\})/)
    .map((part) => (part.startsWith('{') ? `(?<${part.slice(1, -1)}>[^/]+)` : part.replaceAll('.', '\\.')))
    .join('');
  return { method, template, handler, pattern: new RegExp(`^${source}/?$`, 'i') };
}

/** The route of a call; `method` when the path is known but not with this method. */
export function findRoute<Handler>(
  routes: readonly Route<Handler>[],
  method: string,
  path: string,
): Match<Handler> | 'method' | 'path' {
  const onPath = routes.flatMap((one) => {
    const found = one.pattern.exec(path);
    return found ? [{ route: one, parameters: decoded(found.groups ?? {}) }] : [];
  });
  return onPath.find((one) => one.route.method === method) ?? (onPath.length > 0 ? 'method' : 'path');
}

function decoded(groups: Readonly<Record<string, string>>): Parameters {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeLoosely(value)]));
}

/** Decodes percent escapes, and leaves text alone that is not properly escaped. */
export function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
