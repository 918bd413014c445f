/** Every screen and dialog of the dashboard over the showcase, and how one comes to it. */
import type { Page } from 'playwright-core';
import { shown } from './showcase.ts';

export interface Screen {
  readonly name: string;
  /** What stands after the address. */
  readonly place: string;
  /** A text that is there when it is. */
  readonly sees: string | RegExp;
  /** What is done there before it is looked at. */
  readonly first?: (page: Page) => Promise<void>;
}

export interface DialogScreen extends Screen {
  /** The button that opens it. */
  readonly opener: string | RegExp;
  /** A text in the dialog that is there when it is. */
  readonly asks: string | RegExp;
}

const customer = (tenantId: string) => `#/tenants/${tenantId}`;
const press = (name: string | RegExp) => async (page: Page) => {
  await page.getByRole('button', { name }).first().click();
};

export const screens: readonly Screen[] = [
  { name: 'the overview', place: '#/', sees: 'Needs attention' },
  { name: 'the customers', place: '#/tenants', sees: '17 customers' },
  { name: 'some of the customers', place: '#/tenants?state=not-earning', sees: '4 of 17 customers' },
  { name: 'none of the customers', place: '#/tenants?q=nobody', sees: 'No customer fits.' },
  { name: 'a customer that is well', place: customer(shown.earning), sees: 'Contoso Production' },
  {
    name: 'a customer with a remedy',
    place: customer(shown.notEarning),
    sees: 'Gap opened: Northwind Main.',
    first: async (page) => {
      await press('Show what to do')(page);
      await page.getByRole('button', { name: 'Azure CLI' }).click();
      await page.getByText('Show it').click();
    },
  },
  { name: 'a customer with an accepted gap', place: customer(shown.partly), sees: /accepted until/ },
  { name: 'a customer nobody could read', place: customer(shown.blind), sees: /Nothing is known/ },
  { name: 'a customer not seen for long', place: customer(shown.stale), sees: /too old to count/ },
  {
    name: 'a customer that needs a person',
    place: customer(shown.needsPerson),
    sees: /accept the invitation/,
  },
  { name: 'a customer a person has spoken for', place: customer(shown.attested), sees: /Counts for/ },
  { name: 'a customer with an unknown role', place: customer(shown.roleUnknown), sees: 'Role unknown' },
  {
    name: 'a customer with partners of record',
    place: customer(shown.enterprise),
    sees: 'Confirmed',
    first: async (page) => page.getByText('What to ask the customer for').click(),
  },
  { name: 'a customer linked elsewhere', place: customer(shown.elsewhere), sees: 'See the links' },
  { name: 'a customer that is gone', place: customer(shown.offboarded), sees: 'No longer ours.' },
  { name: 'a customer with many scopes', place: customer(shown.large), sees: 'Show 100 more scopes' },
  { name: 'a customer with a withheld change', place: customer(shown.withheld), sees: 'Withheld changes' },
  {
    name: 'a customer that is not on record',
    place: customer('99999999-0000-4000-8000-000000000000'),
    sees: 'Not on record',
  },
  {
    name: 'the decisions',
    place: '#/decisions',
    sees: '1 role decided so far',
    first: async (page) => {
      await page.getByText('1 dismissed customer').click();
      await page.getByText('1 role decided so far').click();
    },
  },
  { name: 'the links', place: '#/links', sees: 'Linked elsewhere' },
  { name: 'the sweeps', place: '#/sweeps', sees: 'Customers by state, over time' },
  { name: 'the parked messages', place: '#/parked', sees: 'unavailable: ARM answered 503 six times' },
  { name: 'a page that is none', place: '#/nothing', sees: 'There is no such page' },
];

export const dialogs: readonly DialogScreen[] = [
  dialog('a relink', customer(shown.earning), 'Contoso Production', 'Relink…', 'Dry run.'),
  dialog(
    'accepting a gap',
    customer(shown.notEarning),
    'Northwind Main',
    /^Accept the gap/,
    'Why it is meant',
  ),
  dialog('attesting a link', customer(shown.needsPerson), 'Links made by hand', /^Attest/, 'What it printed'),
  dialog('a partner of record', customer(shown.enterprise), 'Confirmed', /^Tell a step/, 'Who says so'),
  dialog(
    'a withheld change',
    customer(shown.withheld),
    'Withheld changes',
    /^Take over/,
    'This is taken over',
  ),
  dialog('unlinking', '#/links', 'Linked elsewhere', 'Unlink…', 'Why'),
  dialog('replacing a link', '#/links', 'Linked elsewhere', 'Replace…', 'New partner ID'),
  dialog('restoring a link', '#/links', 'Linked elsewhere', 'Restore…', 'It is wanted again'),
  dialog('believing a sweep', '#/sweeps', 'Latest', 'Confirm…', '14 earning scopes'),
  dialog('deciding a role', '#/decisions', 'Unknown roles', /^Decide about/, 'It earns nothing'),
  dialog('adopting all', '#/decisions', 'Found customers', /^Adopt all/, 'Each is registered'),
  dialog('redriving', '#/parked', 'All of them', /^Redrive all/, 'all 4 parked messages'),
  dialog('discarding', '#/parked', 'All of them', /^Discard every/, 'Why it is not needed'),
];

function dialog(
  name: string,
  place: string,
  sees: string | RegExp,
  opener: string | RegExp,
  asks: string | RegExp,
): DialogScreen {
  return { name, place, sees, opener, asks };
}

/** Goes to a screen from any other, and waits until it is there. */
export async function goTo(page: Page, { place, sees, first }: Screen): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
  await page.getByRole('main').getByText(sees).first().waitFor();
  await first?.(page);
}
