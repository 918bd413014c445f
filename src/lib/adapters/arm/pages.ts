import * as z from 'zod';
import type { Access } from '../../domain/ports.ts';
import type { ArmCall, ArmClient, ArmResponse } from './arm-client.ts';
import { codeOf, noAnswer, ownerTenantIn } from './arm-errors.ts';

/** The statuses by which ARM says that a caller may not see something: answers, not trouble. */
export const NO_ACCESS = [401, 403, 404];

interface Page<T> {
  readonly value: readonly T[];
  readonly nextLink?: string | null | undefined;
}

/** One page of a list, by the shape of its elements. */
export function pageOf<T extends z.ZodType>(element: T) {
  return z.object({ value: z.array(element), nextLink: z.string().nullish() });
}

type ListCall = Pick<ArmCall, 'path' | 'what' | 'understands'>;

/**
 * Reads a list to its last page. A status the call understands becomes `no-access`; throws `Failure` for anything else
 * that is not a page.
 */
export async function readPages<T>(
  arm: ArmClient,
  call: ListCall,
  page: z.ZodType<Page<T>>,
): Promise<Access<readonly T[]>> {
  const all: T[] = [];
  for await (const one of eachPage(arm, call, page)) {
    if (one.kind === 'no-access') return one;
    all.push(...one.value);
  }
  return { kind: 'ok', value: all };
}

/** The pages of a list, one after the other; `no-access` ends it. Throws like `readPages`. */
export async function* eachPage<T>(
  arm: ArmClient,
  call: ListCall,
  page: z.ZodType<Page<T>>,
): AsyncGenerator<Access<readonly T[]>> {
  let path: string | null = call.path;
  while (path) {
    const response: ArmResponse = await arm({ ...call, method: 'GET', path });
    if (response.status >= 400) {
      const ownerTenantId = ownerTenantIn({ ...response, code: codeOf(response.body) });
      yield { kind: 'no-access', status: response.status, ...(ownerTenantId ? { ownerTenantId } : {}) };
      return;
    }
    const parsed = page.safeParse(response.body);
    if (!parsed.success) throw noAnswer(parsed.error, call.what);
    yield { kind: 'ok', value: parsed.data.value };
    path = parsed.data.nextLink ?? null;
  }
}
