/** What a person's browser needs to sign in; none of it is a secret. Served as `/api/dashboard/config.json`. */
export interface SignIn {
  /** The tenant's authority at Entra, for example `https://login.microsoftonline.com/{tenant id}`. */
  readonly authority: string;
  /** The app registration of the API, which is also that of its pages. */
  readonly clientId: string;
  /** The scope to ask for. Named by the client id, because an application asks for itself in no other way. */
  readonly scope: string;
  /** Whether the authority is not one of Entra's own: the local stack's. */
  readonly local: boolean;
}
