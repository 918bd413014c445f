import { InvalidArgumentError } from 'commander';
import type { Context } from './context.ts';

interface Page<T> {
  readonly items: readonly T[];
  readonly continuation: string | null;
}

/** What lists take. */
export interface PagingOptions {
  readonly top: number;
  readonly all?: true;
  readonly after?: string;
}

/** The most items the API gives at a time. */
const PAGE = 1000;

/**
 * Follows continuations until there is enough, or no more. A page may be empty before the end: the API's time for looking
 * was up. What is left over is told, with how to go on.
 */
export async function follow<T>(
  { tell, progress }: Context,
  { top, all, after }: PagingOptions,
  pageOf: (top: number, continuation: string | undefined) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let from = after;
  for (;;) {
    const wanted = all ? PAGE : Math.min(PAGE, top - items.length);
    const page = await pageOf(wanted, from);
    items.push(...page.items);
    if (page.continuation === null) return items;
    from = page.continuation;
    if (!all && items.length >= top) {
      tell(`There are more: --all, or --after ${from}`);
      return items;
    }
    progress(`${items.length} so far…`);
  }
}

/** A count as an option gives it. */
export function count(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('It is a whole number from 1.');
}
