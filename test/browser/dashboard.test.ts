import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/chromium.ts';
import { runStack, type RunningStack } from '../support/stack.ts';

const executablePath = chromiumPath();
if (!executablePath) {
  process.stderr.write(
    'No Chromium is found: the dashboard’s tests are skipped. CHROMIUM_PATH may name one.\n',
  );
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(!executablePath)('the dashboard in a browser', () => {
  let running: RunningStack;
  let browser: Browser;
  let context: BrowserContext | null = null;

  beforeAll(async () => {
    running = await runStack('local/estates/default.json');
    await running.settle();
    await running.stack.startSweep();
    await running.settle();
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  }, 120_000);
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  /** A page with somebody signed in, and what its console has complained of. */
  async function signedIn(
    who: 'Olga Operator' | 'Rami Reader',
    options: { dark?: boolean; at?: string } = {},
  ) {
    // The simulator's certificate is its own; a person accepts it once.
    context = await browser.newContext({
      ignoreHTTPSErrors: true,
      colorScheme: options.dark ? 'dark' : 'light',
    });
    const page = await context.newPage();
    const refused: string[] = [];
    page.on('pageerror', (error) => refused.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) refused.push(message.text());
    });
    await page.goto(`${running.stack.addresses['http'] ?? ''}/dashboard${options.at ?? ''}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: who }).click();
    await page.getByRole('button', { name: new RegExp(who) }).waitFor();
    return { page, refused };
  }

  it('signs somebody in, and shows how many customers are set up to earn', async () => {
    const { page, refused } = await signedIn('Rami Reader');

    await page.getByRole('link', { name: /6 of 17 ?customers set up to earn/ }).waitFor();
    await page.getByRole('link', { name: /1 ?blind/ }).waitFor();
    expect(refused).toEqual([]);
  });

  it('leads back to where somebody wanted to go before they signed in', async () => {
    const { page } = await signedIn('Rami Reader', { at: '#/links' });

    await page.getByRole('heading', { name: 'Links', level: 1 }).waitFor();
    await page.getByText('Fabrikam Oslo').waitFor();
    expect(new URL(page.url()).hash).toBe('#/links');
  });

  it('narrows the list by state and by search', async () => {
    const { page } = await signedIn('Rami Reader', { at: '#/tenants' });

    await page.getByRole('button', { name: /Not earning/ }).click();
    await page.getByText('7 of 17 customers').waitFor();
    await page.getByRole('searchbox').fill('north');
    await page.getByText('1 of 17 customers').waitFor();

    expect(await page.getByRole('table').getByRole('link').allTextContents()).toEqual(['Northwind Traders']);
    expect(new URL(page.url()).hash).toBe('#/tenants?state=not-earning&q=north');
  });

  it('shows a customer with its verdicts, its history, and a remedy to copy', async () => {
    const { page } = await signedIn('Rami Reader', { at: '#/tenants?q=Northwind' });
    await page.getByRole('link', { name: 'Northwind Traders' }).click();

    await page.getByRole('cell', { name: /Role earns nothing/ }).waitFor();
    await page.getByText('Gap opened: Northwind Main.').waitFor();
    await page.getByRole('button', { name: 'Show what to do' }).click();
    await page.getByRole('button', { name: 'Azure CLI' }).click();

    const commands = await page.getByRole('region', { name: 'commands' }).textContent();
    expect(commands).toContain('az deployment sub create --subscription 5ab0c0de-0002');
    expect(await page.getByRole('button', { name: 'Relink…' }).count()).toBe(0);
  });

  it('says what a relink would do before it looks', async () => {
    const { page } = await signedIn('Olga Operator', { at: '#/tenants?q=Contoso' });
    await page.getByRole('link', { name: 'Contoso' }).click();
    await page.getByRole('button', { name: 'Relink…' }).click();
    const dialog = page.getByRole('dialog');

    await dialog.getByText('Dry run.').waitFor();
    await dialog.getByText(/Not checked:/).waitFor();
    await dialog.getByRole('button', { name: 'Look and link now' }).click();
    await dialog.getByText(/Done: all is as it was\./).waitFor();
  });

  it('accepts a gap with a reason and a day', async () => {
    const { page } = await signedIn('Olga Operator', { at: '#/tenants?q=Litware' });
    await page.getByRole('link', { name: 'Litware' }).click();
    await page.getByRole('button', { name: /^Accept the gap/ }).click();
    await page.getByLabel('Why it is meant').fill('The customer moves it in June');
    await page.getByRole('button', { name: 'Accept the gap', exact: true }).click();

    await page
      .getByText(/accepted until .*“The customer moves it in June”/)
      .first()
      .waitFor();
  });

  it('sends a parked message back, which is parked again when it is still wrong', async () => {
    const { page } = await signedIn('Olga Operator', { at: '#/parked' });
    await page.getByText('this is not an onboarding event').waitFor();
    await page.getByRole('button', { name: /^Redrive the message/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();

    await page.getByText('1 message sent back.').waitFor();
    await running.settle();
    await page.reload();
    await page.getByText(/sent before as/).waitFor();
  });

  it('keeps the colours somebody chose, and begins with the system’s', async () => {
    const { page } = await signedIn('Rami Reader', { dark: true });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await ground();

    await page.getByRole('button', { name: /^Colours/ }).click();
    const light = await ground();
    await page.reload();
    await page.getByRole('button', { name: /^Colours: light/ }).waitFor();

    expect([dark, light]).toEqual(['rgb(15, 21, 23)', 'rgb(244, 246, 247)']);
    expect(await ground()).toBe(light);
  });

  it.each([false, true])('has nothing that keeps people out (dark: %s)', async (dark) => {
    const { page } = await signedIn('Olga Operator', { dark });
    const found: string[] = [];
    for (const hash of ['#/', '#/tenants', '#/links', '#/sweeps', '#/parked']) {
      await page.evaluate(`location.hash = '${hash}'`);
      found.push(...(await seriousFindings(page, hash)));
    }
    await page.evaluate(`location.hash = '#/tenants'`);
    await page.getByRole('link', { name: 'Northwind Traders' }).click();
    await page.getByRole('cell', { name: /Role earns nothing/ }).waitFor();
    await page.getByRole('button', { name: 'Show what to do' }).click();
    await page.getByRole('region', { name: 'words for the customer' }).waitFor();
    found.push(...(await seriousFindings(page, 'a customer')));
    await page.getByRole('button', { name: 'Relink…' }).click();
    await page.getByText('Dry run.').waitFor();
    found.push(...(await seriousFindings(page, 'a dialog')));

    expect(found).toEqual([]);
  });
});

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function seriousFindings(page: Page, where: string): Promise<string[]> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.evaluate(axe);
  const { violations } = await page.evaluate<{ violations: readonly Finding[] }>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${where}: ${id}: ${nodes[0]?.html ?? ''}`);
}
