import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const KNOWN = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium on this machine: the one `CHROMIUM_PATH` names, else one at a usual place; null where there is none. */
function chromiumPath(): string | null {
  const named = process.env['CHROMIUM_PATH'];
  return [...(named ? [named] : []), ...KNOWN].find((path) => existsSync(path)) ?? null;
}

/** Whether tests in a browser can run here; says so where they cannot. */
export function hasChromium(): boolean {
  if (chromiumPath()) return true;
  process.stderr.write(
    'No Chromium is found: the dashboard’s tests are skipped. CHROMIUM_PATH may name one.\n',
  );
  return false;
}

export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error('No Chromium is found. CHROMIUM_PATH may name one.');
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
