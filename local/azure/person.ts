/** A made-up person of the managing tenant. */
export interface Person {
  readonly name: string;
  readonly objectId: string;
  /** The application they sign in to: it asks for tokens for itself. */
  readonly clientId: string;
  readonly roles: readonly string[];
}
