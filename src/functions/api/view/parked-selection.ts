import type { ParkedSelection } from '../../../lib/domain/redrive.ts';

/** The one thing a body says, of which its schema has seen that it is one. */
export function selectionOf(body: {
  readonly id?: string | undefined;
  readonly reason?: string | undefined;
}): ParkedSelection {
  if (body.id !== undefined) return { id: body.id };
  return body.reason === undefined ? { all: true } : { reason: body.reason };
}
