import type { Command, Option } from 'commander';
import { examplesOf } from '../cli/examples.ts';
import { makeProgram } from '../cli/program.ts';

/** The reference of `pal` in Markdown, made from the definitions that parse its command line. */
export function commandReference(): string {
  const program = makeProgram();
  const commands = leavesOf(program, 'pal');
  return [
    '# `pal`',
    program.description(),
    '`npx pal <command>` in this repository after `npm run build`; `dist/pal.mjs` is the whole of it, and can be copied.',
    '## For every command',
    optionsOf(program),
    EXIT_CODES,
    '## Commands',
    ...commands.map(({ command, path }) => sectionOf(command, path)),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

const EXIT_CODES = [
  'Results go to standard output, everything else to standard error. Exit codes: 0 done; 1 an error, a refusal, a failed',
  'check; 2 the command was not given as it has to be; 3 there is no such thing.',
].join('\n');

interface Leaf {
  readonly command: Command;
  /** As it is called. */
  readonly path: string;
}

function leavesOf(command: Command, path: string): Leaf[] {
  if (command.commands.length === 0) return [{ command, path }];
  return command.commands.flatMap((child) => leavesOf(child, `${path} ${child.name()}`));
}

function sectionOf(command: Command, path: string): string {
  const args = command.registeredArguments.map((argument) =>
    argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`,
  );
  const examples = examplesOf(command).flatMap(([line, what]) => [`# ${what}`, line]);
  return [
    `### \`${path}${args.join('')}\``,
    `${command.description()}.`,
    optionsOf(command),
    examples.length > 0 ? ['```console', ...examples, '```'].join('\n') : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function optionsOf(command: Command): string {
  return command.options.map((option) => `- \`${option.flags}\`: ${describe(option)}`).join('\n');
}

function describe({ description, defaultValue, argChoices }: Option): string {
  const given: unknown = defaultValue;
  const isSaid = typeof given === 'string' || typeof given === 'number';
  return [
    description,
    ...(argChoices ? [`; one of ${argChoices.join(', ')}`] : []),
    ...(isSaid ? [` (default: ${given})`] : []),
  ].join('');
}
