/** Route templates of HTTP triggers: `tenants/{tenantId:guid}/history`, `{x?}`, `{*rest}`. */

const constraints: Readonly<Record<string, RegExp>> = {
  alpha: /^[a-z]*$/i,
  bool: /^(true|false)$/i,
  guid: /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i,
  int: /^-?\d{1,10}$/,
  long: /^-?\d{1,19}$/,
};

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'parameter' | 'rest';
      readonly name: string;
      readonly optional: boolean;
      readonly constraint: string | undefined;
    };

export interface Route {
  readonly template: string;
  readonly segments: readonly Segment[];
}

/** Parses a template; throws with `owner` at what this host does not know. */
export function parseRoute(template: string, owner: string): Route {
  const parts = template.split('/').filter(Boolean);
  return { template, segments: parts.map((part) => parseSegment(part, template, owner)) };
}

function parseSegment(part: string, template: string, owner: string): Segment {
  if (!/[{}]/.test(part)) return { kind: 'literal', text: part.toLowerCase() };
  const match = /^\{(\*{0,2})([^{}:?*=]+)(?::([^{}:?]+))?(\?)?\}$/.exec(part);
  const [, star, name, constraint, optional] = match ?? [];
  if (name === undefined || (constraint !== undefined && !(constraint in constraints))) {
    throw new Error(`${owner}: "${part}" in route "${template}" is not supported by the local host`);
  }
  return {
    kind: star ? 'rest' : 'parameter',
    name,
    optional: optional === '?' || star !== '',
    constraint,
  };
}

/** The route's parameters when it matches the path (still percent-encoded), otherwise undefined. */
export function matchRoute(route: Route, path: string): Record<string, string> | undefined {
  const parts = path.split('/').filter(Boolean);
  const parameters: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    const value = decode(segment.kind === 'rest' ? parts.slice(index).join('/') : parts[index]);
    if (!accepts(segment, value)) return undefined;
    if (segment.kind !== 'literal' && value) parameters[segment.name] = value;
    if (segment.kind === 'rest') return parameters;
  }
  return parts.length <= route.segments.length ? parameters : undefined;
}

function accepts(segment: Segment, value: string | undefined): boolean {
  if (segment.kind === 'literal') return value?.toLowerCase() === segment.text;
  if (!value) return segment.optional;
  return segment.constraint === undefined || (constraints[segment.constraint]?.test(value) ?? false);
}

function decode(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Orders routes from the most to the least specific, segment by segment. */
export function compareRoutes(a: Route, b: Route): number {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index += 1) {
    const difference = rank(a.segments[index]) - rank(b.segments[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(segment: Segment | undefined): number {
  if (!segment) return 0;
  if (segment.kind === 'literal') return 1;
  return (segment.kind === 'parameter' ? 2 : 4) + (segment.constraint === undefined ? 1 : 0);
}

/** Whether some path fits both routes, as far as their shapes tell. */
export function overlap(a: Route, b: Route): boolean {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [a.segments[index], b.segments[index]];
    if (left?.kind === 'rest' || right?.kind === 'rest') return true;
    if (!left || !right) return isOptional(left ?? right);
    if (!meet(left, right)) return false;
  }
  return true;
}

function isOptional(segment: Segment | undefined): boolean {
  return segment !== undefined && segment.kind !== 'literal' && segment.optional;
}

function meet(a: Segment, b: Segment): boolean {
  if (a.kind === 'literal') return accepts(b, a.text);
  return b.kind === 'literal' ? accepts(a, b.text) : true;
}
