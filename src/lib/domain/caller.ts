/** Who calls the HTTP API, as a verified Entra access token says; and what they may do. */

/** The API's app roles. Who may operate may also read. */
export const apiRoles = ['Pal.Read', 'Pal.Operate'] as const;
export type ApiRole = (typeof apiRoles)[number];

export interface Caller {
  /** Object id of the user or service principal: what is recorded of whoever asked for a change. */
  readonly objectId: string;
  readonly kind: 'user' | 'application';
  readonly roles: readonly ApiRole[];
}

/** What a token is found to be. `reason` is for the person who sent it, and repeats nothing of the token. */
export type TokenVerdict =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly reason: string };

export function mayDo({ roles }: Caller, role: ApiRole): boolean {
  return roles.includes('Pal.Operate') || roles.includes(role);
}
