import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly [other: string]: unknown;
}

export interface Template {
  readonly parameters?: Readonly<Record<string, { readonly type: string; readonly defaultValue?: unknown }>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, Resource>> | readonly Resource[];
  readonly outputs?: Readonly<Record<string, { readonly type: string; readonly value: unknown }>>;
}

/** What the compiler made of `infra/<name>.bicep`. */
export function compiled(name: string): Template {
  return JSON.parse(compiledText(`${name}.json`)) as Template;
}

export function compiledText(file: string): string {
  return readFileSync(join(inject('compiled')?.dir ?? '', file), 'utf8');
}

/** The resources of a template that it declares itself; those of its modules are compiled on their own. */
export function resourcesOf(template: Template, type?: string): Resource[] {
  const all = Object.values(template.resources);
  return type === undefined ? all : all.filter((resource) => resource.type === type);
}

/** A resource or module by the name its Bicep file gives it. */
export function named(template: Template, name: string): Resource {
  const found = (template.resources as Readonly<Record<string, Resource>>)[name];
  if (!found) throw new Error(`There is no resource ${name}.`);
  return found;
}

/** The one resource of a type. */
export function only(template: Template, type: string): Resource {
  const [found, ...more] = resourcesOf(template, type);
  if (!found || more.length > 0) throw new Error(`There is not exactly one ${type}.`);
  return found;
}
