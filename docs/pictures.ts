/**
 * `npm run pictures`: the pictures of the dashboard in the README. What the default estate shows is taken of the local stack;
 * what takes days to come about, of the showcase that the browser tests look at. Needs a Chromium (`CHROMIUM_PATH`, or one
 * at a usual place).
 */
import { mkdirSync, rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../test/support/chromium.ts';
import { enter, serveDashboard, visit } from '../test/support/dashboard.ts';
import { aShowcase, showcaseNow } from '../test/support/showcase.ts';
import { runStack, temporaryDirectory } from '../test/support/stack.ts';

interface Picture {
  readonly name: string;
  readonly place: string;
  /** A text that is there when all of it is. */
  readonly sees: string;
  readonly dark?: boolean;
  readonly size?: { readonly width: number; readonly height: number };
  readonly first?: (page: Page) => Promise<void>;
}

const SIZE = { width: 1200, height: 800 };

const OF_THE_STACK: readonly Picture[] = [
  { name: 'overview', place: '#/', sees: 'Needs attention' },
  { name: 'customers-dark', place: '#/tenants', sees: '17 customers', dark: true },
  {
    name: 'customer',
    place: '#/tenants/2e322102-0002-4000-8000-000000000002',
    sees: 'Gap opened',
    size: { width: 1200, height: 1260 },
    first: async (page) => {
      await page.getByRole('button', { name: 'Show what to do' }).click();
      await page.getByRole('button', { name: 'Azure CLI' }).click();
    },
  },
];

const OF_THE_SHOWCASE: readonly Picture[] = [
  { name: 'decisions', place: '#/decisions', sees: '1 role decided so far' },
  { name: 'sweeps-dark', place: '#/sweeps', sees: 'Customers by state, over time', dark: true },
  { name: 'narrow', place: '#/', sees: 'Needs attention', size: { width: 390, height: 844 } },
];

mkdirSync('docs/images', { recursive: true });
const browser = await launchChromium();
try {
  await ofTheStack(browser);
  await ofTheShowcase(browser);
} finally {
  await browser.close();
}

async function ofTheStack(chromium: Browser): Promise<void> {
  // In a directory of its own it has tables of its own: outside a test run there are none to share.
  const dataDir = temporaryDirectory();
  const running = await runStack('local/estates/default.json', { dataDir });
  try {
    await running.settle();
    await running.stack.startSweep();
    await running.settle();
    for (const picture of OF_THE_STACK) {
      const context = await chromium.newContext({
        ignoreHTTPSErrors: true,
        colorScheme: picture.dark ? 'dark' : 'light',
        viewport: picture.size ?? SIZE,
      });
      const page = await context.newPage();
      await page.goto(`${running.stack.addresses['http'] ?? ''}/dashboard${picture.place}`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Olga Operator' }).click();
      await take(page, picture);
      await context.close();
    }
  } finally {
    await running.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function ofTheShowcase(chromium: Browser): Promise<void> {
  const served = await serveDashboard((await aShowcase()).send);
  try {
    for (const picture of OF_THE_SHOWCASE) {
      const { dark = false, size = SIZE, place } = picture;
      const { context, page } = await visit(chromium, { now: showcaseNow, dark, ...size });
      await enter(page, served, place);
      await take(page, picture);
      await context.close();
    }
  } finally {
    await served.close();
  }
}

async function take(page: Page, { name, sees, first }: Picture): Promise<void> {
  await page.getByText(sees).first().waitFor();
  await first?.(page);
  await page.waitForLoadState('networkidle');
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `docs/images/${name}.png` });
}
