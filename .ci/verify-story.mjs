/** Verifies the report of `npm start -- --once --json` on the default estate: every customer in its state, one write. */
import { readFileSync } from 'node:fs';

const expected = {
  Contoso: 'earning',
  'Northwind Traders': 'not-earning',
  'Adventure Works': 'not-earning',
  'Tailspin Toys': 'not-earning',
  'Wide World Importers': 'earning',
  'Fourth Coffee': 'not-earning',
  Litware: 'partly-earning',
  Proseware: 'earning',
  'Alpine Ski House': 'not-earning',
  'Woodgrove Bank': 'not-delegated',
  'Lucerne Publishing': 'unobserved',
  Relecloud: 'not-delegated',
  'Margie’s Travel': 'not-earning',
  'Blue Yonder Airlines': 'earning',
  'Graphic Design Institute': 'not-earning',
  'Coho Vineyard': 'earning',
  'School of Fine Art': 'earning',
};

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const faults = [];
const demand = (holds, words) => holds || faults.push(words);

demand(report.settled === true, 'the run did not settle');
for (const [name, state] of Object.entries(expected)) {
  const found = report.tenants.find(({ displayName }) => displayName === name)?.state;
  demand(found === state, `${name} is ${found}, not ${state}`);
}
demand(
  report.tenants.length === Object.keys(expected).length,
  `${report.tenants.length} tenants are on record`,
);
const writes = Object.entries(report.arm.calls).filter(([call]) =>
  /^(PUT|PATCH|DELETE) .*ManagementPartner/.test(call),
);
demand(
  writes.length === 1 && writes[0][0].startsWith('PUT') && writes[0][1] === 1,
  `link writes: ${JSON.stringify(writes)}`,
);
demand(report.arm.throttled === 0 && report.arm.beforeRetryAfter === 0, 'the run was throttled');

for (const fault of faults) console.error(`story: ${fault}`);
if (faults.length === 0) console.log(`story: ${report.tenants.length} customers as told, one link write`);
process.exitCode = faults.length === 0 ? 0 : 1;
