import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium } from '../support/chromium.ts';
import { enter, serveDashboard, visit, type ServedDashboard } from '../support/dashboard.ts';
import { ids, roles, subscriptionId } from '../support/delegations.ts';
import { aShowcase, showcaseNow, shown } from '../support/showcase.ts';

type Showcase = Awaited<ReturnType<typeof aShowcase>>;

describe.skipIf(!hasChromium())('an operator at the dashboard', () => {
  let browser: Browser;
  let served: ServedDashboard;
  let page: Page;
  let stage: Showcase;

  beforeAll(async () => {
    browser = await launchChromium();
    stage = await aShowcase();
    served = await serveDashboard((...call) => stage.send(...call));
    ({ page } = await visit(browser, { now: showcaseNow }));
    await enter(page, served);
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
  });

  /** The dashboard at a place, with ledgers of its own behind it. */
  async function at(place: string): Promise<void> {
    stage = await aShowcase();
    await page.goto('about:blank');
    await page.goto(served.address + place);
  }

  it('adopts a customer that was found, and dismisses another', async () => {
    await at('#/decisions');
    await page.getByRole('link', { name: /Decisions ?4/ }).waitFor();

    await page.getByRole('button', { name: `Adopt ${shown.found}` }).click();
    await page.getByText('Adopted, and being looked at:').waitFor();
    await page.getByRole('button', { name: /^Dismiss 22222222-0002/ }).click();
    await page.getByText(/^Dismissed:/).waitFor();

    await page.getByText('2 dismissed customers').waitFor();
    await page.getByRole('link', { name: /Decisions ?2/ }).waitFor();
    expect(stage.ledger.held(shown.found).registration.offboardedAt).toBeNull();
    expect(await stage.found.read(shown.found)).toBeNull();
  });

  it('adopts all that were found, one after another', async () => {
    await at('#/decisions');

    await page.getByRole('button', { name: 'Adopt all 2…' }).click();
    await page.getByRole('button', { name: 'Adopt them all' }).click();
    await page.getByText('2 of 2 adopted.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();

    await page.getByText('Nobody. With the setting').waitFor();
    expect(stage.ledger.held('22222222-0002-4000-8000-000000000002').registration.offboardedAt).toBeNull();
  });

  it('decides an unknown role once, with where that is known from', async () => {
    await at('#/decisions');

    await page.getByRole('button', { name: `Decide about the role ${roles.unheardOf}` }).click();
    await page.getByLabel('It earns', { exact: true }).check();
    await page.getByLabel('Where that is known from').fill('Partner Center case 4711');
    await page.getByRole('button', { name: 'Record it' }).click();

    await page.getByText('It concerns 1 customer: looked at now.').waitFor();
    await page.getByText('Decided since: it earns.').waitFor();
    expect(await stage.decisions.all()).toContainEqual(
      expect.objectContaining({ roleId: roles.unheardOf, earns: true, source: 'Partner Center case 4711' }),
    );
  });

  it('believes a sweep that holds its news back, after being told what that means', async () => {
    await at('#/decisions');

    await page.getByRole('button', { name: 'Confirm…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('nothing in Azure is changed').waitFor();
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText(/will be looked at now/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();

    await page.getByText('Nothing. A sweep that sees too much lost').waitFor();
    expect((await stage.sweeps.recent(null, 1))[0]?.confirmed).toMatchObject({ tenants: 0 });
  });

  it('attests a link, and is told each field that is not as it has to be', async () => {
    await at(`#/tenants/${shown.needsPerson}`);
    const link = { partnerId: '4681234', tenantId: shown.needsPerson, objectId: ids.person, state: 'Active' };
    await page.getByText(/accept the invitation/).waitFor();

    await page.getByRole('button', { name: 'Attest a link…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Who ran it').fill('Kari Nordmann');
    await dialog
      .getByLabel('What it printed')
      .fill(JSON.stringify({ ...link, partnerId: '4699999', state: 'Deleted' }));
    await dialog.getByRole('button', { name: 'Attest' }).click();
    await dialog.getByText('partnerId is not 4681234').waitFor();
    await dialog.getByText('state is not Active').waitFor();
    await dialog.getByLabel('What it printed').fill(JSON.stringify(link));
    await dialog.getByRole('button', { name: 'Attest' }).click();

    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Kari Nordmann showed a link to 4681234').waitFor();
    await page.getByText('Counts for 180 d more').waitFor();
    expect(stage.ledger.held(shown.needsPerson).attestations).toMatchObject([
      { attestedBy: 'Kari Nordmann' },
    ]);
  });

  it('keeps the list of partners of record, step by step', async () => {
    await at(`#/tenants/${shown.enterprise}`);

    await page.getByRole('button', { name: 'Tell a step of Fine Art Research' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('The customer confirmed it').check();
    await dialog.getByLabel('The partner ID the customer has set').fill('4681234');
    await dialog.getByLabel('Who says so').fill('Ola at Fine Art');
    await dialog.getByRole('button', { name: 'Record it' }).click();

    await dialog.waitFor({ state: 'detached' });
    await page.getByText('confirmed (4681234), said Ola at Fine Art').waitFor();
    const told = stage.ledger
      .held(shown.enterprise)
      .dpor.find((one) => one.subscriptionId === subscriptionId(13));
    expect(told?.steps).toMatchObject([{ step: 'confirmed', by: 'Ola at Fine Art' }]);
  });

  it('keeps a customer against an untrusted word', async () => {
    await at(`#/tenants/${shown.withheld}`);

    await page.getByRole('button', { name: /^Keep as it is/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();

    await page.getByText('Withheld changes').waitFor({ state: 'detached' });
    expect(stage.ledger.held(shown.withheld).registration).toMatchObject({
      withheld: [],
      offboardedAt: null,
    });
  });

  it('unlinks only with the number of customers that rest on the link', async () => {
    await at('#/links');

    await page.getByRole('button', { name: 'Unlink…' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').fill('Moved to another partner ID');
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('13 customers').waitFor();
    const confirm = dialog.getByRole('button', { name: 'Remove the link' });
    await dialog.getByLabel('Type the number of customers').fill('12');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Type the number of customers').fill('13');
    await confirm.click();

    await dialog.getByText('It is ordered').waitFor();
    expect(stage.links.held(ids.managingTenant, ids.pal).desired).toMatchObject({
      kind: 'held',
      why: 'Moved to another partner ID',
    });
  });
});
