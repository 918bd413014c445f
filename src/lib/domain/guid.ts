import * as z from 'zod';

/**
 * A GUID as Azure writes it: 8-4-4-4-12 hexadecimal digits of any version and any case. Parsing gives lower case, the
 * form every id is compared and stored in.
 */
export const guid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'must be a GUID (8-4-4-4-12 hex digits)')
  .transform((text) => text.toLowerCase());

/** Ids compare without case (Lighthouse and Resource Graph answer the same id in different cases). */
export function sameId(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
