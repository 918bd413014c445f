import * as z from 'zod';

/**
 * A partner ID: a string of 4 to 10 digits without a leading zero. Never a number, because ids are compared as ARM
 * reports them, character by character.
 */
export const partnerId = z
  .string()
  .regex(/^[1-9][0-9]{3,9}$/, 'must be a partner ID: 4 to 10 digits, no leading zero, no spaces');
