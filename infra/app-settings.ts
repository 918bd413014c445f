import { readFileSync } from 'node:fs';

/**
 * The settings of the product that `azd provision` gives the app, as the Bicep files name them: what follows from what is
 * deployed, what every deployment chooses, and what is known only of a site or a watcher that is there. The host is given
 * settings too, some of which the product reads as well.
 */
export function deployedSettings(): Readonly<
  Record<'host' | 'own' | 'chosen' | 'sometimes', readonly string[]>
> {
  const app = readFileSync('infra/modules/function-app.bicep', 'utf8');
  return {
    host: namesIn(app, 'hostSettings'),
    own: namesIn(app, 'ownSettings'),
    chosen: namesIn(readFileSync('infra/main.bicep', 'utf8'), 'chosenSettings'),
    sometimes: [...app.matchAll(/\{ ([A-Z_]+): /g)].map(([, name]) => name ?? ''),
  };
}

/** The names in a `var … = { … }` of a Bicep file. */
function namesIn(text: string, variable: string): string[] {
  const block = new RegExp(`^var ${variable} = \\{\\n([^]*?)^\\}`, 'm').exec(text);
  return [...(block?.[1] ?? '').matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name ?? '');
}
