import { render } from 'preact';
import { App } from './app.tsx';
import { makeClient } from './client.ts';
import type { SignIn } from './contract.ts';
import { applyTheme } from './parts/theme.tsx';
import { openSession } from './session.ts';
import { makeStore } from './store.ts';
import './style/base.css';
import './style/layout.css';
import './style/parts.css';
import './style/views.css';
import { SignInPage } from './views/sign-in.tsx';

const root = document.getElementById('app') ?? document.body;
applyTheme();

try {
  const answer = await fetch('/api/dashboard/config.json');
  if (!answer.ok) throw new Error(`The app answered ${answer.status} when it was asked where to sign in.`);
  const session = await openSession((await answer.json()) as SignIn);
  if ('signIn' in session) {
    render(<SignInPage signIn={() => session.signIn()} trouble={null} />, root);
  } else {
    const store = makeStore(makeClient('/api', () => session.token()));
    render(<App session={session} store={store} />, root);
  }
} catch (error) {
  const words = error instanceof Error ? error.message : String(error);
  render(<SignInPage signIn={() => location.reload()} trouble={words} />, root);
}
