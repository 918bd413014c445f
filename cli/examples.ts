import type { Command } from 'commander';

export type Example = readonly [command: string, what: string];

const known = new WeakMap<Command, readonly Example[]>();

/** Gives a command its examples, for its help and for the documentation. */
export function withExamples(command: Command, examples: readonly Example[]): Command {
  known.set(command, examples);
  const lines = examples.map(([line, what]) => `  # ${what}\n  ${line}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

export function examplesOf(command: Command): readonly Example[] {
  return known.get(command) ?? [];
}
