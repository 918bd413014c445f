/** App settings, as bindings name them: `%NAME%` inside a value, and connections by name. */

export type Settings = Readonly<Record<string, string | undefined>>;

/** Replaces every `%NAME%` in a binding's value. `owner` says whose value it is, for the error. */
export function resolveSettings(value: string, settings: Settings, owner: string): string {
  return value.replace(/%([^%]+)%/g, (_, name: string) => {
    const setting = settings[name];
    if (setting === undefined || setting === '') {
      throw new Error(`${owner}: the app setting ${name} is missing`);
    }
    return setting;
  });
}

/** Finds the connection string that a binding's `connection` names. */
export function resolveConnection(connection: string, settings: Settings, owner: string): string {
  const name = resolveSettings(connection, settings, owner);
  const value = settings[name] ?? settings[`AzureWebJobs${name}`];
  if (value) return value;
  const identity = Object.keys(settings).find((key) => key.startsWith(`${name}__`) && settings[key]);
  if (identity) {
    throw new Error(
      `${owner}: ${identity} asks for an identity-based connection, which is not supported by the local host; ` +
        `set ${name} to a connection string`,
    );
  }
  throw new Error(`${owner}: the app setting ${name} is missing`);
}
