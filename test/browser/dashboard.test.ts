import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium } from '../support/chromium.ts';
import { runStack, type RunningStack } from '../support/stack.ts';

describe.skipIf(!hasChromium())('the dashboard in a browser', () => {
  let running: RunningStack;
  let browser: Browser;
  let context: BrowserContext | null = null;
  const sessions = new Map<string, string>();

  beforeAll(async () => {
    running = await runStack('local/estates/default.json');
    await running.settle();
    await running.stack.startSweep();
    await running.settle();
    browser = await launchChromium();
  }, 120_000);
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  /** A page with somebody signed in, and what its console has complained of. */
  async function signedIn(
    who: 'Olga Operator' | 'Rami Reader',
    options: { dark?: boolean; at?: string; anew?: boolean } = {},
  ) {
    // The simulator's certificate is its own; a person accepts it once.
    context = await browser.newContext({
      ignoreHTTPSErrors: true,
      colorScheme: options.dark ? 'dark' : 'light',
    });
    const page = await context.newPage();
    const kept = sessions.get(who);
    // Signed in once, a person's session is taken along, as a tab of theirs would keep it.
    if (kept && !options.anew) await context.addInitScript(`Object.assign(sessionStorage, ${kept})`);
    const refused: string[] = [];
    page.on('pageerror', (error) => refused.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) refused.push(message.text());
    });
    await page.goto(`${running.stack.addresses['http'] ?? ''}/dashboard${options.at ?? ''}`);
    if (!kept || options.anew) {
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: who }).click();
    }
    await page.getByRole('button', { name: new RegExp(who) }).waitFor();
    sessions.set(who, await page.evaluate<string>('JSON.stringify(sessionStorage)'));
    return { page, refused };
  }

  it('signs somebody in, and shows how many customers are set up to earn', async () => {
    const { page, refused } = await signedIn('Rami Reader');

    await page.getByRole('link', { name: /6 of 17 ?customers set up to earn/ }).waitFor();
    await page.getByRole('link', { name: /1 ?blind/ }).waitFor();
    expect(refused).toEqual([]);
  });

  it('leads back to where somebody wanted to go before they signed in', async () => {
    const { page } = await signedIn('Rami Reader', { at: '#/links', anew: true });

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

  it('is worked by keyboard alone', async () => {
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(`${running.stack.addresses['http'] ?? ''}/dashboard`);

    await tabTo(page, 'Sign in');
    await page.keyboard.press('Enter');
    await page.getByText('Who are you today?').waitFor();
    await tabTo(page, /^Olga Operator/);
    await page.keyboard.press('Enter');
    await page.getByText('Needs attention').waitFor();

    await tabTo(page, 'Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN');
    await tabTo(page, /^Customers/);
    await page.keyboard.press('Enter');
    await page.getByText('17 customers').waitFor();
    expect(await focused(page)).toBe('Customers');

    await tabTo(page, 'Name, id, principal or tag');
    await page.keyboard.type('conto');
    await page.getByText('1 of 17 customers').waitFor();
    await tabTo(page, /^Set up to earn/);
    await page.keyboard.press('Space');
    await tabTo(page, 'Contoso');
    await page.keyboard.press('Enter');
    await page.getByText('Contoso Production').first().waitFor();
    expect(await focused(page)).toBe('Contoso');

    await tabTo(page, 'Relink…');
    await page.keyboard.press('Enter');
    await page.getByText('Dry run.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Relink…');
    await page.keyboard.press('Enter');
    await page.getByText('Dry run.').waitFor();
    await tabTo(page, 'Look and link now');
    await page.keyboard.press('Enter');
    await page.getByText(/Done: all is as it was\./).waitFor();
    await tabTo(page, 'Close');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Relink…');
  });
});

/** What has the focus, as people would call it. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    `(({ ariaLabel, placeholder, textContent }) => ariaLabel || placeholder || textContent)(document.activeElement).trim()`,
  );
}

/** Goes on with the Tab key until what is wanted has the focus. */
async function tabTo(page: Page, wanted: string | RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < 60) {
    await page.keyboard.press('Tab');
    const name = await focused(page);
    if (typeof wanted === 'string' ? name === wanted : wanted.test(name)) return;
    passed.push(name.slice(0, 40));
  }
  throw new Error(`The Tab key never led to ${String(wanted)}, but to: ${passed.join(', ')}`);
}
