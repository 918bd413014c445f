/**
 * Loads a built function app the way the Node.js worker does: the app's require of `@azure/functions-core` is
 * answered with our own object, and what the app then registers is kept here.
 */
import { globSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import type {
  CoreApi,
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  ProgrammingModel,
} from './core-api.ts';
import type { Log } from './log.ts';

const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;

type HookName = (typeof hookNames)[number];

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

/** A loaded app: what it registered, and the library's model by which it is called. */
export interface App {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  readonly model: ProgrammingModel;
  /** Data that all hooks share; each kind of hook has its own `hookData` besides. */
  readonly appHookData: Record<string, unknown>;
  /** Runs the hooks of one name in order; the first that throws ends it. */
  runHooks(name: HookName, context: object): Promise<void>;
  /** The app's own log, after its log hooks: they may change level and text, and may not wait. */
  readonly log: Log;
}

/** The files that package.json's `main` names; it may be a glob, as on Azure. */
export function findAppFiles(appRoot: string): string[] {
  const file = join(appRoot, 'package.json');
  const { main } = JSON.parse(readFileSync(file, 'utf8')) as { main?: string };
  if (!main) throw new Error(`${file} names no "main"`);
  const files = globSync(main, { cwd: appRoot }).sort();
  if (files.length === 0) throw new Error(`no file matches "main" of ${file}: ${main} (is the app built?)`);
  return files.map((found) => join(appRoot, found));
}

/** Loads the app and runs its appStart hooks. Rejects with what the app threw, and when it registers nothing. */
export async function loadApp(files: readonly string[], appRoot: string, log: Log): Promise<App> {
  const functions = new Map<string, RegisteredFunction>();
  const hooks = new Map<HookName, HookCallback[]>(hookNames.map((name) => [name, []]));
  const appHookData: Record<string, unknown> = {};
  let model: ProgrammingModel | undefined;
  let started = false;

  const logThroughHooks: Log = (entry) => {
    const context = { ...entry, hookData: {}, appHookData };
    for (const hook of hooks.get('log') ?? []) hook(context);
    log({ ...entry, level: context.level, message: context.message });
  };
  const refuseLate = (what: string) => {
    if (started) throw new Error(`A function can only be ${what} during app startup.`);
  };

  const core: CoreApi = {
    version: '3.0.0-local',
    hostVersion: '4.0.0-local',
    Disposable: disposable,
    registerFunction(metadata, callback) {
      refuseLate('registered');
      if (functions.has(metadata.name)) {
        throw new Error(`A function with id "${metadata.name}" has already been registered.`);
      }
      functions.set(metadata.name, { metadata, callback });
      return new disposable(() => {
        refuseLate('disposed');
        functions.delete(metadata.name);
      });
    },
    registerHook(name, callback) {
      const callbacks = hooks.get(name as HookName);
      if (!callbacks) throw new RangeError(`Unrecognized hook "${name}"`);
      callbacks.push(callback);
      return new disposable(() => void callbacks.splice(callbacks.indexOf(callback), 1));
    },
    setProgrammingModel: (registered) => (model = registered),
    getProgrammingModel: () => model,
    log: (level, category, message) => logThroughHooks({ level, category, message }),
  };

  const runHooks = async (name: HookName, context: object) => {
    for (const hook of hooks.get(name) ?? []) await hook(context);
  };

  requireWithCore(files, core);
  await runHooks('appStart', { hookData: {}, appHookData, functionAppDirectory: appRoot });
  started = true;
  if (functions.size === 0 || !model) {
    throw new Error(`the app registers no functions: ${files.join(', ')}`);
  }
  await refuseHttpStream(model);
  return { functions, model, appHookData, runHooks, log: logThroughHooks };
}

/** A class, since the module's contract is that an app may call `new Disposable`. */
const disposable = class {
  readonly dispose: () => void;

  constructor(onDispose: () => void) {
    let disposed = false;
    this.dispose = () => {
      if (!disposed) onDispose();
      disposed = true;
    };
  }
};

/**
 * The library looks for the core with its first registration and keeps what it found, so the intercept is needed only
 * while the files run. They are loaded afresh each time: a copy left in the cache would belong to an earlier host.
 */
function requireWithCore(files: readonly string[], core: CoreApi): void {
  const prototype: { require: (this: unknown, id: string) => unknown } = Module.prototype;
  const original = prototype.require;
  prototype.require = function (id) {
    return id === '@azure/functions-core' ? core : original.call(this, id);
  };
  try {
    for (const file of files) {
      const require = createRequire(file);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- require.cache is such a dictionary
      delete require.cache[require.resolve(file)];
      require(file);
    }
  } finally {
    prototype.require = original;
  }
}

async function refuseHttpStream(model: ProgrammingModel): Promise<void> {
  const capabilities = await model.getCapabilities?.({});
  if (capabilities?.['HttpUri']) {
    throw new Error('app.setup({ enableHttpStream: true }) is not supported by the local host');
  }
}
