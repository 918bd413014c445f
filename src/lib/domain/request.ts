import * as z from 'zod';
import { guid } from './guid.ts';

const causeKinds = [
  'event',
  'tenant-pass',
  'sweep',
  'operator',
  'role-decision',
  'delegation-log',
  'redrive',
] as const;

/**
 * A request to look at one tenant or one link: whom to look at and why, never what to believe. It is the only kind of
 * message on the `reconcile` queue.
 */
export const reconcileRequest = z.object({
  subject: z.enum(['tenant', 'link']),
  /** A tenant id, or `tenantId/objectId` of a link. */
  id: z.union([guid, z.string().regex(/^[0-9a-f-]{36}\/[0-9a-f-]{36}$/)]),
  cause: z.object({
    kind: z.enum(causeKinds),
    id: z.string().min(1).max(40),
    /** Who asked, where a person or their tool did. */
    by: z.string().max(256).optional(),
    /** A person asked for this very look: all of it is read anew, and they are told what came of it. */
    fresh: z.boolean().optional(),
  }),
  /** Counted failures so far. */
  attempt: z.int().min(0),
  /** Rises with every copy we send ourselves, so that duplicate detection never swallows one. */
  hop: z.int().min(0),
  /** When the request was first made (ISO instant). */
  since: z.iso.datetime(),
});

export type ReconcileRequest = z.infer<typeof reconcileRequest>;

/** Subject, cause and hop: the id under which Service Bus folds duplicates (at most 128 characters). */
export function messageIdOf(request: ReconcileRequest): string {
  return `${request.subject}.${request.id}~${request.cause.id}~${request.hop}`;
}

/**
 * Whether an operator asked for this very look. What they merely tell of a tenant causes a look like any other: an import
 * of thousands must not read the link at home once for each.
 */
export function isAsked({ subject, cause }: ReconcileRequest): boolean {
  return cause.kind === 'operator' && (subject === 'link' || cause.fresh === true);
}

/** Whether the cause of a look may be that something has come back which the index does not show yet. */
export function mayTellOfReturn(request: ReconcileRequest): boolean {
  return isAsked(request) || ['event', 'delegation-log'].includes(request.cause.kind);
}

/** The copy that looks again: `counted` when a failure used up an attempt. */
export function nextCopy(request: ReconcileRequest, counted: boolean): ReconcileRequest {
  return { ...request, hop: request.hop + 1, attempt: counted ? request.attempt + 1 : request.attempt };
}

/** The identity a link belongs to, as a request's id. */
export function linkRequestId(link: { readonly tenantId: string; readonly objectId: string }): string {
  return `${link.tenantId}/${link.objectId}`;
}

/** The (tenant, object) a link request is about. */
export function linkOfRequest(id: string): { tenantId: string; objectId: string } {
  const [tenantId = '', objectId = ''] = id.split('/');
  return { tenantId, objectId };
}
