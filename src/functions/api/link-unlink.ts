/**
 * Triggered by /api/links/{principal}/unlink. Promises: a preview, or an operator's confirmed order on the link's row and a pass
 * asked for, once for an Idempotency-Key. A call that fails is told to the caller: with the same key it is safe to repeat.
 */
import { unlinkLink } from './contract/relink.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { orderLink } from './view/link-order.ts';

export const linkUnlink = endpoint('api-link-unlink', [
  serve(unlinkLink, (asked) => orderLink({ ...asked, verb: 'unlink' })),
]);
