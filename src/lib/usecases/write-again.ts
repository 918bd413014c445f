import { isConflict } from '../domain/failure.ts';

const TRIES = 5;

/**
 * Reads, decides and writes, and does it all anew at once, a few times, when somebody else wrote in between. Throws every
 * other failure, and the conflict that does not end.
 */
export async function writeAgain<T>(readAndWrite: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await readAndWrite();
    } catch (error) {
      if (!isConflict(error) || tries >= TRIES) throw error;
    }
  }
}
