import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { anApi } from '../support/api.ts';
import { seriousFindings } from '../support/axe.ts';
import { hasChromium, launchChromium } from '../support/chromium.ts';
import {
  enter,
  serveDashboard,
  visit,
  type Answering,
  type ServedDashboard,
  type Visit,
} from '../support/dashboard.ts';
import { dialogs, goTo, screens } from '../support/screens.ts';
import { aShowcase, showcaseNow, shown } from '../support/showcase.ts';

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 375, height: 700 };

/** What keeps people out, in both themes: colours are all that differs between them. */
async function findings(page: Page, within = 'html'): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await seriousFindings(page, { within, rules: ['color-contrast'] });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...dark.map((finding) => `dark: ${finding}`), ...(await seriousFindings(page, { within }))];
}

/** The same, and in a narrow window as well, where all of it has to fit. */
async function findingsAtAnyWidth(page: Page): Promise<string[]> {
  await page.setViewportSize(WIDE);
  const wide = await findings(page);
  await page.setViewportSize(NARROW);
  const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  const narrow = await seriousFindings(page);
  const cut = over > 0 ? [`narrow: ${over} pixels wider than the window`] : [];
  return [...wide, ...narrow.map((finding) => `narrow: ${finding}`), ...cut];
}

/** Runs in the page. */
function hasFocus(element: unknown): boolean {
  return element === (globalThis as { document?: { activeElement: unknown } }).document?.activeElement;
}

describe.skipIf(!hasChromium())('a screen of the dashboard', () => {
  let browser: Browser;
  let served: ServedDashboard;
  let page: Page;
  let answering: Answering;

  beforeAll(async () => {
    browser = await launchChromium();
    const showcase = await aShowcase();
    answering = showcase.send;
    served = await serveDashboard((...call) => answering(...call));
    ({ page } = await visit(browser, { now: showcaseNow }));
    await enter(page, served);
  });
  afterEach(() => page.unrouteAll());
  afterAll(async () => {
    await browser.close();
    await served.close();
  });

  /** Comes to a place anew, as if by its address. */
  async function open(place: string): Promise<void> {
    await page.goto('about:blank');
    await page.goto(served.address + place);
  }

  /** Somebody else's page, closed when the work on it is done. */
  async function onVisit(given: Visit, work: (page: Page) => Promise<void>): Promise<void> {
    const { context, page: fresh } = await visit(browser, { now: showcaseNow, ...given });
    await work(fresh);
    await context.close();
  }

  it.each(screens)('keeps nobody out: $name', async (screen) => {
    await goTo(page, screen);

    expect(await findingsAtAnyWidth(page)).toEqual([]);
  });

  it.each(dialogs)('keeps the focus in its dialog, and gives it back: $name', async (screen) => {
    await page.setViewportSize(NARROW);
    await goTo(page, screen);
    const opener = page.getByRole('button', { name: screen.opener }).first();
    await opener.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(screen.asks).first().waitFor();

    expect(await findings(page, 'dialog')).toEqual([]);
    expect(await page.evaluate(`document.querySelector('dialog').scrollWidth <= innerWidth`)).toBe(true);
    const seen = new Set<unknown>();
    for (let tab = 0; tab < 12; tab++) {
      await page.keyboard.press('Tab');
      seen.add(
        await page.evaluate(`document.activeElement.closest('dialog, main, header')?.tagName ?? null`),
      );
    }
    // Between two rounds through the dialog the focus is the browser's own.
    expect([...seen].filter((tag) => tag !== null)).toEqual(['DIALOG']);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await opener.evaluate(hasFocus)).toBe(true);
  });

  it('says that it is reading, and shows no number before it has one', async () => {
    let first: Route | null = null;
    await page.route('**/api/tenants?*', (route) => {
      first = route;
    });
    await open('#/');

    await page.getByRole('status', { name: 'Loading' }).waitFor();
    expect(await page.getByText('set up to earn').count()).toBe(0);
    expect(await findings(page)).toEqual([]);
    await (first as Route | null)?.continue();
    await page.getByRole('link', { name: /5 of 17 ?customers set up to earn/ }).waitFor();
  });

  it('says what went wrong, under which id, and tries again when asked', async () => {
    const title = 'Something this needs does not answer just now.';
    const refusal = {
      ...{
        status: 503,
        contentType: 'application/problem+json',
        headers: { 'x-ms-request-id': 'call-4711' },
      },
      json: { type: 'urn:pal-autopilot:problem:unavailable', title, status: 503 },
    };
    await page.route('**/api/tenants?*', (route) => route.fulfill(refusal), { times: 1 });
    await open('#/');

    await page.getByRole('alert').getByText(`${title} (call call-4711)`).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Needs attention').waitFor();
  });

  it('goes on showing what was read well when it cannot be read again, with its age', async () => {
    await open('#/decisions');
    await page.getByText('3 subscriptions').waitFor();
    await page.route('**/api/found-tenants', (route) => route.abort());
    await goTo(page, { name: '', place: '#/tenants', sees: '17 customers' });
    await goTo(page, { name: '', place: '#/decisions', sees: 'Could not be read again.' });

    await page.getByText('What is shown was read just now.').waitFor();
    await page.getByText('3 subscriptions').waitFor();
    expect(await findings(page)).toEqual([]);
  });

  it('lets somebody go on where they were when their sign-in has run out', async () => {
    await open('#/links');
    await page.getByText('Linked elsewhere').waitFor();
    let signIns = 0;
    page.on('request', (request) => {
      if (request.url().includes('/authorize')) signIns += 1;
    });
    await page.clock.setFixedTime(new Date(Date.parse(showcaseNow) + 2 * 3_600_000));
    await page.getByRole('link', { name: 'Decisions' }).click();

    await expect.poll(() => signIns).toBe(1);
    await page.getByText('3 subscriptions').waitFor();
    expect(new URL(page.url()).hash).toBe('#/decisions');
  });

  it('says where things come from where there is nothing yet', async () => {
    const nothing = [
      { place: '#/', sees: 'No customers yet' },
      { place: '#/tenants', sees: 'No customers yet' },
      { place: '#/decisions', sees: 'None. A role that' },
      { place: '#/links', sees: 'No link yet' },
      { place: '#/sweeps', sees: 'No sweep yet' },
      { place: '#/parked', sees: 'Nothing is parked' },
    ];
    const showcase = answering;
    answering = anApi().send;
    await open('#/');

    for (const { place, sees } of nothing) {
      await goTo(page, { name: place, place, sees });
      expect([place, await findings(page)]).toEqual([place, []]);
    }
    answering = showcase;
  });

  it('tells whoever holds no role what to ask for', async () => {
    await onVisit({ role: 'none' }, async (fresh) => {
      await enter(fresh, served, '#/tenants');

      await fresh.getByText('You may not see this yet').waitFor();
      expect(await findingsAtAnyWidth(fresh)).toEqual([]);
    });
  });

  it('offers a reader nothing that would be refused', async () => {
    await onVisit({ role: 'Pal.Read' }, async (fresh) => {
      await enter(fresh, served);
      const places = ['#/decisions', '#/links', '#/sweeps', '#/parked', `#/tenants/${shown.notEarning}`];
      const offered: string[] = [];
      for (const place of places) {
        await goTo(fresh, {
          name: place,
          place,
          sees: /Unknown roles|Linked elsewhere|Latest|crm-4711|Scopes/,
        });
        offered.push(...(await fresh.getByRole('main').getByRole('button').allTextContents()));
      }

      expect(new Set(offered)).toEqual(new Set(['Copy', 'Show what to do']));
    });
  });

  it('tells whoever could not be signed in why, and lets them try again', async () => {
    await onVisit({}, async (fresh) => {
      await fresh.goto(served.address);
      await fresh.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await findingsAtAnyWidth(fresh)).toEqual([]);
      await fresh.route('**/config.json', (route) => route.fulfill({ status: 503 }), { times: 1 });
      await fresh.reload();

      await fresh.getByRole('alert').getByText('The app answered 503').waitFor();
      expect(await findingsAtAnyWidth(fresh)).toEqual([]);
      await fresh.getByRole('button', { name: 'Try again' }).click();
      await fresh.getByRole('button', { name: 'Sign in' }).waitFor();
    });
  });
});
