#!/usr/bin/env node
/** `pal`: the command line over the HTTP API. Results go to standard output, everything else to standard error. */
import { CommanderError, type Command } from 'commander';
import { exitCodes, isComplaint } from './complaint.ts';
import { inOneLine } from './output.ts';
import { makeProgram } from './program.ts';

const say = (line: string) => void process.stderr.write(`${inOneLine(line)}\n`);

// Whoever reads the results may have seen enough (`| head`).
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === 'EPIPE' ? exitCodes.done : exitCodes.error);
});

const program = makeProgram();
tellErrorsByThrowing(program);
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = codeOf(error);
}

/** Errors of use are thrown instead of ending the process, for every command below too. */
function tellErrorsByThrowing(command: Command): void {
  command.exitOverride();
  command.commands.forEach(tellErrorsByThrowing);
}

function codeOf(error: unknown): number {
  // It has been told already; help that was asked for is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  const words = error instanceof Error ? error.message : String(error);
  const [first = '', ...more] = words.split('\n');
  say(`Error: ${first}`);
  more.forEach((line) => say(`  ${line}`));
  if (!isComplaint(error)) return exitCodes.error;
  if (error.remedy !== null) say(`What to do: ${error.remedy}`);
  return error.exitCode;
}
