import type * as z from 'zod';
import type { ApiRole } from '../../../lib/domain/caller.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What an operation takes as its body. */
export interface BodySpec {
  readonly type: 'application/json' | 'text/csv';
  /** Of JSON: its schema. A CSV body is handed over as text. */
  readonly schema?: z.ZodType;
  readonly optional?: true;
  readonly maxBytes?: number;
}

/** One answer of an operation; without a schema it has no body. */
export interface AnswerSpec {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Also given as CSV, to whoever accepts `text/csv`. */
  readonly csv?: true;
}

/**
 * One operation of the HTTP API: what routes, validation and the OpenAPI document are all made from. Answers of refusal
 * (`application/problem+json`) follow from the rest and are not listed.
 */
export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** Below `/api`, with parameters in braces. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The app role it takes; null for an operation open to anybody. */
  readonly role: ApiRole | null;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: BodySpec;
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** Whether what it names may not be there (404), or stand against it (409). */
  readonly mayMiss?: true;
  readonly mayConflict?: true;
  /** Whether its Idempotency-Key may have been used with other inputs (422). */
  readonly mayReuseKey?: true;
}

/** Keeps the exact types of an operation, from which its handler's are made. */
export function operation<const O extends Operation>(one: O): O {
  return one;
}

/** Values as they are given out: arrays and records may be readonly. */
export type Given<T> = T extends readonly (infer E)[]
  ? readonly Given<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Given<T[K]> }
    : T;
