/** Exit codes as users of `az` know them. */
export const exitCodes = { done: 0, error: 1, usage: 2, notFound: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What ends a command early: told to a person without a stack, then the process ends with its code. */
export interface Complaint extends Error {
  readonly exitCode: ExitCode;
  /** What to do about it; null where the message says all there is. */
  readonly remedy: string | null;
}

/** Makes a complaint; to be thrown. */
export function complaint(
  message: string,
  { exitCode = exitCodes.error, remedy = null }: { exitCode?: ExitCode; remedy?: string | null } = {},
): Complaint {
  return Object.assign(new Error(message), { exitCode, remedy });
}

/** The command was not given as it has to be. */
export function misuse(message: string, remedy: string | null = null): Complaint {
  return complaint(message, { exitCode: exitCodes.usage, remedy });
}

export function isComplaint(error: unknown): error is Complaint {
  return error instanceof Error && 'exitCode' in error && 'remedy' in error;
}
