/** One invocation from request to response, through the library's own model and the app's hooks, in the worker's order. */
import { randomUUID } from 'node:crypto';
import type { App, RegisteredFunction } from './app.ts';
import type { CoreInvocationContext, InvocationResponse, TraceContext, TypedData } from './core-api.ts';
import { makeInFlight } from './in-flight.ts';
import type { Log } from './log.ts';

/** What a trigger hands over. */
export interface TriggerInput {
  readonly data: TypedData;
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  readonly traceContext?: TraceContext;
}

/** Runs one function once; rejects with what the function, or a hook, threw. */
export type Invoke = (functionName: string, input: TriggerInput) => Promise<InvocationResponse>;

export interface InvocationStats {
  readonly inFlight: number;
  readonly invocations: number;
  readonly failures: number;
}

export interface Invoker {
  readonly invoke: Invoke;
  stats(): InvocationStats;
  /** Resolves to true when nothing runs any more, to false after `timeoutMs`. */
  drain(timeoutMs: number): Promise<boolean>;
}

/** Makes the invoker of an app. Invocations run side by side and share nothing but the app itself. */
export function makeInvoker(app: App, log: Log): Invoker {
  const running = makeInFlight();
  let invocations = 0;
  let failures = 0;

  const invoke: Invoke = async (functionName, input) => {
    const registered = app.functions.get(functionName);
    if (!registered) throw new Error(`there is no function ${functionName}`);
    const invocationId = randomUUID();
    invocations += 1;
    try {
      return await running.track(runInvocation(app, registered, invocationId, input));
    } catch (error) {
      failures += 1;
      const message = `failed: ${describe(error)}`;
      log({ level: 'error', category: 'host', functionName, invocationId, message });
      throw error;
    }
  };

  return {
    invoke,
    stats: () => ({ inFlight: running.size(), invocations, failures }),
    drain: (timeoutMs) => running.drain(timeoutMs),
  };
}

async function runInvocation(
  app: App,
  { metadata, callback }: RegisteredFunction,
  invocationId: string,
  input: TriggerInput,
): Promise<InvocationResponse> {
  const core: CoreInvocationContext = {
    invocationId,
    metadata,
    request: {
      invocationId,
      functionId: metadata.functionId ?? metadata.name,
      inputData: [{ name: triggerName(metadata.bindings), data: input.data }],
      triggerMetadata: input.triggerMetadata ?? {},
      ...(input.traceContext && { traceContext: input.traceContext }),
    },
    state: undefined,
    log: (level, category, message) =>
      app.log({ level, category, message, functionName: metadata.name, invocationId }),
  };
  const during = async <T>(state: CoreInvocationContext['state'], step: () => Promise<T>): Promise<T> => {
    core.state = state;
    try {
      return await step();
    } finally {
      core.state = undefined;
    }
  };

  const model = await app.model.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  const shared = { hookData: {}, appHookData: app.appHookData, invocationContext: context };

  const before = { ...shared, inputs, functionCallback: callback };
  await during('preInvocationHooks', () => app.runHooks('preInvocation', before));

  const after: { inputs: unknown[]; result: unknown; error: unknown } = {
    ...shared,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  try {
    after.result = await during('invocation', () =>
      model.invokeFunction(context, before.inputs, before.functionCallback),
    );
  } catch (error) {
    after.error = error;
  }
  await during('postInvocationHooks', () => app.runHooks('postInvocation', after));

  // A hook may have cleared the error, or set one. As in the worker, a thrown null or undefined is no error.
  if (after.error !== null && after.error !== undefined) throw asError(after.error);
  return model.getResponse(context, after.result);
}

function triggerName(bindings: Readonly<Record<string, { readonly type?: string }>>): string {
  const name = Object.keys(bindings).find((key) => /trigger$/i.test(bindings[key]?.type ?? ''));
  if (name === undefined) throw new Error('the function has no trigger');
  return name;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
