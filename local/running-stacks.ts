/** How `pal` finds a stack that runs on this machine: each puts its file of addresses where others of this user look. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

function folder(): string {
  return join(tmpdir(), `pal-autopilot-stacks-${userInfo().username.replaceAll(/\W/g, '_')}`);
}

/** Makes a stack known for as long as this process lives; the result makes it unknown again. */
export function announceStack(stackFile: string): () => void {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  const file = join(folder(), String(process.pid));
  writeFileSync(file, stackFile, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** The files of addresses of the stacks that this user runs. */
export function runningStacks(): readonly string[] {
  if (!isOurs()) return [];
  return readdirSync(folder()).flatMap((pid) =>
    isAlive(Number(pid)) ? readFileSync(join(folder(), pid), 'utf8') : [],
  );
}

/** The folder for temporary files may be everybody's: what another user put there would have us sign in at their place. */
function isOurs(): boolean {
  const found = lstatSync(folder(), { throwIfNoEntry: false });
  const me = userInfo().uid;
  return found !== undefined && found.isDirectory() && (me === -1 || found.uid === me);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
