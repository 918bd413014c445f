/**
 * Runs once when a worker starts, after every function is registered: reads the settings and composes the app. A wrong
 * setting fails the start, loudly, with the name of every faulty variable. (Throwing before the first registration would
 * be taken for an app without functions.)
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { app, type InvocationContext } from '@azure/functions';
import type { App } from '../lib/app.ts';
import { traceFacts } from './message-facts.ts';

let composed: App | null = null;

/** The invocation a line is logged in: one worker serves many at once, and each keeps its own. */
const invocations = new AsyncLocalStorage<InvocationContext>();

app.hook.preInvocation((hook) => {
  const handler = hook.functionHandler;
  const context = hook.invocationContext;
  hook.functionHandler = (...args) =>
    invocations.run(context, () => {
      const run = async () => (await handler(...args)) as unknown;
      return composed ? composed.invocation(traceFacts(context), run) : run();
    });
});

app.hook.appStart(async () => {
  // Loaded here, not above: functions register before the app and its SDKs are evaluated.
  const { startApp } = await import('../lib/app.ts');
  composed = await startApp((level, line) => {
    invocations.getStore()?.[level](line);
  });
});

app.hook.appTerminate(async () => {
  await composed?.stop();
});

/** The composed app; functions ask for it when they run, never when they are registered. */
export function theApp(): App {
  if (!composed)
    throw new Error('The app has not started: its settings were refused, or a function ran too early.');
  return composed;
}
