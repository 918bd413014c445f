import { Failure, isConflict } from '../../domain/failure.ts';

/** The HTTP status of an error of the tables SDK. Status codes only: Azurite leaves the OData code out of batch errors. */
export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}

/** Maps trouble with Table Storage to a failure: somebody else wrote first, not allowed, our bug, or a matter of time. */
export function tableFailure(error: unknown, table: string): Failure {
  if (error instanceof Failure) return error;
  const status = statusOf(error);
  const details = { cause: error };
  if (status === 409 || status === 412) {
    return new Failure(
      'conflict',
      `The row in table ${table} was written by somebody else in the meantime.`,
      details,
    );
  }
  if (status === 429) return new Failure('throttled', `Table ${table} is throttled.`, details);
  if (status === undefined || status >= 500 || status === 408) {
    return new Failure('unavailable', `Table ${table} could not be reached.`, details);
  }
  if (status === 401 || status === 403) {
    return new Failure(
      'unavailable',
      `Table ${table} refused access (${status}): check the identity’s roles.`,
      details,
    );
  }
  return new Failure('unexpected', `Table ${table} refused a request (${status}).`, details);
}

/** Whether a write came through; false where somebody else wrote first, whose word then counts. */
export async function unlessOvertaken(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
