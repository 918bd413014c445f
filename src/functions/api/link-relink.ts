/**
 * Triggered by /api/links/{principal}/relink. Promises: a preview, or an operator's confirmed order on the link's row and a pass
 * asked for, once for an Idempotency-Key. A call that fails is told to the caller: with the same key it is safe to repeat.
 */
import { relinkLink } from './contract/relink.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { orderLink } from './view/link-order.ts';

export const linkRelink = endpoint('api-link-relink', [
  serve(relinkLink, (asked) => orderLink({ ...asked, verb: 'relink' })),
]);
