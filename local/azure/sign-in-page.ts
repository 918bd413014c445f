import type { Person } from './person.ts';

/** The page on which somebody chooses who to be. `target` is the request's own path and query, to be sent back. */
export function signInPage(target: string, people: readonly Person[]): string {
  const buttons = people.map(
    ({ name, objectId, roles }) =>
      `<button name="person" value="${escaped(objectId)}"><b>${escaped(name)}</b><span>${escaped(roles.join(', '))}</span></button>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to the local stack</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 "Segoe UI", -apple-system, "Noto Sans", "Liberation Sans", sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f3f5f6, #12181b); }
  main { width: min(22rem, 90vw); }
  h1 { font-size: 1.25rem; margin: 0 0 .25rem; }
  p { margin: 0 0 1.25rem; color: light-dark(#4a5a60, #a9b8bd); }
  button { display: flex; justify-content: space-between; align-items: baseline; width: 100%; padding: .8rem 1rem; margin: 0 0 .6rem;
    border: 1px solid light-dark(#c5d0d4, #33434a); border-radius: 8px; background: light-dark(#fff, #1a2327); color: inherit; font: inherit; cursor: pointer; }
  button:hover, button:focus-visible { border-color: light-dark(#0f5c63, #5fd0bd); outline: 2px solid light-dark(#0f5c63, #5fd0bd); outline-offset: 1px; }
  span { color: light-dark(#4a5a60, #a9b8bd); font-size: .875rem; }
</style>
<main>
  <h1>Who are you today?</h1>
  <p>These people are made up, and live on this machine only.</p>
  <form method="post" action="${escaped(target)}">${buttons.join('')}</form>
</main>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
