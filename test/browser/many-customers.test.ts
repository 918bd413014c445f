import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anApi } from '../support/api.ts';
import { hasChromium, launchChromium } from '../support/chromium.ts';
import { enter, serveDashboard, visit, type ServedDashboard } from '../support/dashboard.ts';
import { withManyCustomers } from '../support/many-customers.ts';

const MANY = 10_000;
/** A window of rows, and some above and below: what is made of the list at any time. */
const ROWS_AT_MOST = 60;
const STEPS = 20;

/**
 * Measured in processor time of the page's main thread, not by the clock: what a busy machine makes of it is its own
 * affair. Each limit is about four times what it took on two cores that others used as well.
 */
describe.skipIf(!hasChromium())('ten thousand customers', () => {
  let browser: Browser;
  let served: ServedDashboard;
  let page: Page;
  let cdp: CDPSession;

  beforeAll(async () => {
    browser = await launchChromium();
    served = await serveDashboard(withManyCustomers(MANY, anApi().send));
    const visited = await visit(browser);
    ({ page } = visited);
    cdp = await visited.context.newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    await enter(page, served, '#/nothing');
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
  });

  /** Milliseconds of processor time that the page's main thread takes for some work. */
  async function cost(work: () => Promise<void>): Promise<number> {
    const taken = async () => {
      const { metrics } = await cdp.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000;
    };
    const before = await taken();
    await work();
    return (await taken()) - before;
  }

  const rows = () => page.getByRole('row').count();
  const names = () => page.getByRole('table').getByRole('link').allTextContents();

  it('are read and shown at once, as one window of rows', async () => {
    const taken = await cost(async () => {
      await page.reload();
      await page.evaluate(`location.hash = '#/tenants'`);
      await page.getByText('10,000 customers').waitFor();
      await page.getByRole('link', { name: 'Customer 4 of the estate' }).waitFor();
    });

    expect(await rows()).toBeLessThan(ROWS_AT_MOST);
    expect(taken).toBeLessThan(2_000);
  });

  it('are scrolled through to the last one, with rows wherever one stops', async () => {
    const blank: number[] = [];
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    const taken = await cost(async () => {
      for (let step = 1; step <= STEPS; step++) {
        await page.evaluate(`scrollTo(0, ${(height / STEPS) * step})`);
        await page.evaluate(
          'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
        );
        const isRow = `document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('.row') !== null`;
        if (!(await page.evaluate<boolean>(isRow))) blank.push(step);
      }
    });

    expect(blank).toEqual([]);
    expect(await rows()).toBeLessThan(ROWS_AT_MOST);
    expect((await names()).at(-1)).toMatch(/^Customer \d+ of the estate$/);
    expect(taken / STEPS).toBeLessThan(150);
  });

  it('are searched as somebody types, and narrowed and sorted at a press', async () => {
    await page.evaluate('scrollTo(0, 0)');
    const search = page.getByRole('searchbox');
    const typed = await cost(async () => {
      await search.pressSequentially('customer 000003e7 south', { delay: 30 });
      await page.getByText('1 of 10,000 customers').waitFor();
    });
    expect(await names()).toEqual(['Customer 999 of the estate']);
    const cleared = await cost(async () => {
      await search.fill('');
      await page.getByText('10,000 customers', { exact: true }).waitFor();
      await page.getByRole('button', { name: /^Blind/ }).click();
      await page.getByText('1,666 of 10,000 customers').waitFor();
      await page.getByRole('button', { name: 'Customer', exact: true }).click();
      await page.locator('[role=columnheader][aria-sort=ascending]', { hasText: 'Customer' }).waitFor();
    });

    expect((await names())[0]).toBe('Customer 5 of the estate');
    expect(typed).toBeLessThan(800);
    expect(cleared).toBeLessThan(800);
  });

  it('are found again where one left them', async () => {
    await page.evaluate('scrollTo(0, 30_000)');
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    await page.evaluate(`location.hash = '#/links'`);
    await page.getByRole('heading', { name: 'Links', level: 1 }).waitFor();
    await page.goBack();

    await page.getByText('1,666 of 10,000 customers').waitFor();
    await expect.poll(() => page.evaluate('scrollY')).toBe(30_000);
  });
});
