import { Mark } from '../parts/mark.tsx';

/** What somebody sees who is not signed in. */
export function SignInPage({
  signIn,
  trouble,
}: {
  readonly signIn: () => void;
  readonly trouble: string | null;
}) {
  return (
    <main class="sign-in">
      <Mark />
      <h1>PAL Autopilot</h1>
      <p>Which customers are set up to earn, which are not, and what to do about it.</p>
      {trouble !== null && (
        <div class="note bad" role="alert">
          <div>
            <strong>Signing in did not work.</strong> {trouble}
          </div>
        </div>
      )}
      <button type="button" class="button primary" onClick={signIn}>
        {trouble === null ? 'Sign in' : 'Try again'}
      </button>
      <p class="faint">With your organisation’s account. It takes the app role Pal.Read or Pal.Operate.</p>
    </main>
  );
}
