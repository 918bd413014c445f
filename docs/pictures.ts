/**
 * `npm run pictures`: the pictures of the dashboard in the README, taken of the local stack with the default estate. Needs a
 * Chromium (`CHROMIUM_PATH`, or one at a usual place).
 */
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { chromiumPath } from '../test/support/chromium.ts';
import { runStack } from '../test/support/stack.ts';

const PICTURES = [
  { name: 'overview', hash: '#/', dark: false, waitFor: 'Needs attention' },
  { name: 'customers-dark', hash: '#/tenants', dark: true, waitFor: '17 customers' },
  {
    name: 'customer',
    hash: '#/tenants/2e322102-0002-4000-8000-000000000002',
    dark: false,
    waitFor: 'Timeline',
  },
] as const;

const executablePath = chromiumPath();
if (!executablePath) throw new Error('No Chromium is found. CHROMIUM_PATH may name one.');
mkdirSync('docs/images', { recursive: true });
const running = await runStack('local/estates/default.json');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  await running.settle();
  await running.stack.startSweep();
  await running.settle();
  for (const { name, hash, dark, waitFor } of PICTURES) {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      colorScheme: dark ? 'dark' : 'light',
      viewport: { width: 1200, height: 800 },
    });
    const page = await context.newPage();
    await page.goto(`${running.stack.addresses['http'] ?? ''}/dashboard${hash}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Olga Operator' }).click();
    await page.getByText(waitFor).first().waitFor();
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: `docs/images/${name}.png` });
    await context.close();
  }
} finally {
  await browser.close();
  await running.stop();
}
