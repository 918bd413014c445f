/**
 * Runs once when a worker starts, after every function is registered: reads the settings and composes the app. A wrong
 * setting fails the start, loudly, with the name of every faulty variable. (Throwing before the first registration would
 * be taken for an app without functions.)
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { app, type InvocationContext } from '@azure/functions';
import type { App } from '../lib/app.ts';
import type * as late from './late.ts';
import { traceFacts } from './message-facts.ts';

/** What there is when the app has started: itself, and all that was loaded with it. */
type Started = typeof late & { readonly app: App };

let running: Started | null = null;

/** The invocation a line is logged in: one worker serves many at once, and each keeps its own. */
const invocations = new AsyncLocalStorage<InvocationContext>();

app.hook.preInvocation((hook) => {
  const handler = hook.functionHandler;
  const context = hook.invocationContext;
  hook.functionHandler = (...args) =>
    invocations.run(context, () => {
      const run = async () => (await handler(...args)) as unknown;
      return running ? running.app.invocation(traceFacts(context), run) : run();
    });
});

app.hook.appStart(async () => {
  // Loaded here, not above: functions register before the app and its SDKs are read.
  const loaded = await import('./late.ts');
  const composed = await loaded.startApp((level, line) => {
    invocations.getStore()?.[level](line);
  });
  running = { ...loaded, app: composed };
});

app.hook.appTerminate(async () => {
  await running?.app.stop();
});

/** The app, and what was loaded with it; functions ask for it when they run, never when they are registered. */
export function started(): Started {
  if (!running)
    throw new Error('The app has not started: its settings were refused, or a function ran too early.');
  return running;
}

/** The composed app. */
export function theApp(): App {
  return started().app;
}
