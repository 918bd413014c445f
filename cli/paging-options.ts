import type { Command } from 'commander';
import { count } from './pages.ts';

/** Adds what lists take. */
export function withPaging(command: Command): Command {
  return command
    .option('--top <n>', 'how many at most', count, 100)
    .option('--all', 'all there are, however many')
    .option('--after <continuation>', 'go on where a list ended');
}
