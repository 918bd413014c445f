import type { Session } from '../session.ts';

/** What somebody sees who is signed in, and may see nothing. */
export function NoRole({ session }: { readonly session: Session }) {
  return (
    <section class="empty">
      <h1 tabIndex={-1}>You may not see this yet</h1>
      <p>
        {session.name} is signed in, and holds neither of the app roles <code>Pal.Read</code> and{' '}
        <code>Pal.Operate</code>.
      </p>
      <p>
        An administrator assigns them in Entra, under the app’s enterprise application. Then sign in anew.
      </p>
      <button type="button" class="button" onClick={() => session.signOut()}>
        Sign out
      </button>
    </section>
  );
}
