import type * as z from 'zod';

/** One faulty field of what a person sent: which it is, and what it should be. */
export interface Fault {
  /** Path of the field, dotted. */
  readonly field: string;
  readonly problem: string;
}

/** Why something a person told is not recorded; nothing was written. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: 'unknown-tenant' | 'offboarded' | 'excluded' | 'invalid';
  readonly faults: readonly Fault[];
}

export function refused(reason: Refused['reason'], ...faults: readonly Fault[]): Refused {
  return { kind: 'refused', reason, faults };
}

/** A schema's issues, in words for people. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.map((issue) => ({
    field: issue.path.map(String).join('.') || '(body)',
    problem: issue.code === 'invalid_type' ? 'is missing or of the wrong type' : issue.message,
  }));
}
