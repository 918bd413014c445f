/** Works out the few expressions of our own compiled templates; anything else is an error, never a guess. */

interface Template {
  readonly parameters?: Readonly<Record<string, { readonly defaultValue?: unknown }>>;
  readonly variables?: Readonly<Record<string, unknown>>;
}

type Values = Readonly<Record<string, unknown>>;

/** A value of a template with its references to parameters and variables replaced by what they stand for. */
export function resolved(value: unknown, template: Template, given: Values = {}): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, template, given));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, resolved(item, template, given)]),
    );
  }
  if (typeof value !== 'string' || !value.startsWith('[')) return value;
  if (value.startsWith('[[')) return value.slice(1);
  const reference = /^\[(parameters|variables)\('([^']+)'\)\]$/.exec(value);
  if (reference) return referred(reference[1] ?? '', reference[2] ?? '', template, given);
  const format = /^\[format\('([^']+)', variables\('([^']+)'\)\)\]$/.exec(value);
  if (format) {
    const argument = referred('variables', format[2] ?? '', template, given);
    return (format[1] ?? '').replace('{0}', String(argument));
  }
  return value;
}

function referred(kind: string, name: string, template: Template, given: Values): unknown {
  if (kind === 'variables') {
    const variable = template.variables?.[name];
    if (variable === undefined) throw new Error(`The template has no variable ${name}.`);
    return resolved(variable, template, given);
  }
  if (given[name] !== undefined) return given[name];
  // A default value may be an expression itself.
  const value = resolved(template.parameters?.[name]?.defaultValue, template, given);
  if (value === undefined) throw new Error(`The parameter ${name} has no value.`);
  return value;
}
