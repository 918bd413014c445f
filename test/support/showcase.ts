/** An estate with something in every state, for looking at it: on a stage of fakes, on 10 March 2026, at noon. */
import type { ScopeRecord, TenantChange, TenantRecord } from '../../src/lib/domain/tenant-record.ts';
import { newSweepRecord, type SweepRecord } from '../../src/lib/domain/sweep-record.ts';
import type { Facts } from '../../src/lib/domain/tenant.ts';
import type { Verdict } from '../../src/lib/domain/coverage.ts';
import { anApi } from './api.ts';
import { DAY, HOUR } from './clock.ts';
import { aDelegation, aGrant, ids, roles, someFacts, subscription, subscriptionId } from './delegations.ts';
import {
  aCoveredTenant,
  aDpor,
  aGap,
  aLinkRecord,
  anAttestation,
  anObservedLink,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
} from './tenants.ts';

/** The instant at which the showcase stands. */
export const showcaseNow = '2026-03-10T12:00:00.000Z';

const at = (msAgo: number) => new Date(Date.parse(showcaseNow) - msAgo).toISOString();

/** The customers of the showcase that tests and pictures ask for by name. */
export const shown = {
  earning: '11111111-0001-4000-8000-000000000001',
  notEarning: '11111111-0002-4000-8000-000000000002',
  partly: '11111111-0003-4000-8000-000000000003',
  notDelegated: '11111111-0004-4000-8000-000000000004',
  blind: '11111111-0005-4000-8000-000000000005',
  stale: '11111111-0006-4000-8000-000000000006',
  needsPerson: '11111111-0007-4000-8000-000000000007',
  attested: '11111111-0008-4000-8000-000000000008',
  automatic: '11111111-0009-4000-8000-000000000009',
  awaiting: '11111111-0010-4000-8000-000000000010',
  roleUnknown: '11111111-0011-4000-8000-000000000011',
  enterprise: '11111111-0012-4000-8000-000000000012',
  elsewhere: '11111111-0013-4000-8000-000000000013',
  offboarded: '11111111-0014-4000-8000-000000000014',
  large: '11111111-0015-4000-8000-000000000015',
  nameless: '11111111-0016-4000-8000-000000000016',
  gone: '11111111-0017-4000-8000-000000000017',
  withheld: '11111111-0018-4000-8000-000000000018',
  found: '22222222-0001-4000-8000-000000000001',
} as const;

function registered(tenantId: string, displayName: string | undefined, facts: Facts = {}) {
  return aRegistration({
    tenantId,
    facts: { ...(displayName === undefined ? {} : { displayName }), agreement: 'azure-plan', ...facts },
    announcedAt: at(40 * DAY),
  });
}

/** A scope and, where it is one, its gap; `days` ago it went wrong. */
function troubled(n: number, verdict: Verdict, days: number, changes: Partial<ScopeRecord> = {}) {
  const since = at(days * DAY);
  const roleIds = verdict === 'role-not-eligible' ? [roles.reader] : [];
  const scope = aScopeRecord(n, { verdict, since, roleIds, directAt: at(9 * HOUR), ...changes });
  const gap = aGap(n, {
    ...{ scope: scope.scope, reason: verdict, openedAt: since, firstBadAt: since, lastBadAt: at(9 * HOUR) },
    lastEarningAt: at((days + 1) * DAY),
  });
  return { scope, gap };
}

function customers(): TenantRecord[] {
  const good = (tenantId: string, name: string | undefined, scopes: readonly ScopeRecord[], facts?: Facts) =>
    aCoveredTenant(scopes, { registration: registered(tenantId, name, facts), lastGood: at(9 * HOUR) });
  const reader = troubled(2, 'role-not-eligible', 5, { displayName: 'Northwind Main' });
  const missing = troubled(4, 'principal-missing', 12, { displayName: 'Litware Lab' });
  const lost = troubled(17, 'gone', 2, { displayName: 'Trey Research' });
  const denied = {
    kind: 'denied',
    message: 'ARM answered 403 AuthorizationFailed: the client does not have authorization over the scope.',
    at: at(9 * HOUR),
    requestId: '7d1b8e0a-1f4f-4a0e-9a39-3ad4c2b7a001',
  } as const;
  const large = Array.from({ length: 120 }, (_, n) =>
    aScopeRecord(1000 + n, {
      displayName: `Landing zone ${String(n + 1).padStart(3, '0')}`,
      ...(n % 10 === 9 ? { verdict: 'eligible-only' as const, roleIds: [] } : {}),
      ...(n % 7 === 3
        ? { scope: `/subscriptions/${subscriptionId(1000 + n)}/resourceGroups/rg-platform-connectivity-${n}` }
        : {}),
    }),
  );
  return [
    good(shown.earning, 'Contoso', [
      aScopeRecord(1, { displayName: 'Contoso Production' }),
      aScopeRecord(21, { displayName: 'Contoso Test', countsFor: 'recognition', directAt: null }),
    ]),
    {
      ...good(shown.notEarning, 'Northwind Traders', [reader.scope], {
        tags: { region: 'north', tier: 'gold' },
      }),
      openGaps: [reader.gap],
    },
    {
      ...good(shown.partly, 'Litware', [
        aScopeRecord(3, { displayName: 'Litware Core' }),
        missing.scope,
        aScopeRecord(5, { displayName: 'Litware Old', verdict: 'subscription-inactive', roleIds: [] }),
      ]),
      openGaps: [
        {
          ...missing.gap,
          acceptance: {
            ...{ by: 'olga', why: 'The lab is torn down in April', until: '2026-04-01T00:00:00.000Z' },
            ...{ ticket: 'OPS-1204', at: at(3 * DAY), reopenedAt: null },
          },
        },
      ],
    },
    aTenantRecord({
      registration: registered(shown.notDelegated, 'Woodgrove Bank'),
      ...{ phase: 'not-delegated', lastGood: at(9 * HOUR), lastOutcome: 'assessed', version: 1 },
    }),
    aTenantRecord({
      registration: registered(shown.blind, 'Relecloud'),
      ...{ failure: denied, lastOutcome: 'failed', version: 0 },
    }),
    aCoveredTenant([aScopeRecord(6, { displayName: 'Proseware' })], {
      registration: registered(shown.stale, 'Proseware'),
      ...{ lastGood: at(4 * DAY), failure: denied },
    }),
    aTenantRecord({
      registration: registered(shown.needsPerson, 'Tailwind Traders', { accessKinds: ['guest-user'] }),
      version: 1,
    }),
    aTenantRecord({
      registration: registered(shown.attested, 'VanArsdel', { accessKinds: ['directory-account'] }),
      ...{ attestations: [anAttestation()], version: 1 },
    }),
    aTenantRecord({
      registration: registered(shown.automatic, 'Bellows College', { accessKinds: ['csp-aobo'] }),
    }),
    aTenantRecord({
      registration: { ...registered(shown.awaiting, 'Blue Yonder Airlines'), announcedAt: at(2 * HOUR) },
      ...{ phase: 'awaiting', lastGood: at(HOUR), lastOutcome: 'unchanged' },
    }),
    good(shown.roleUnknown, 'Margie’s Travel', [
      aScopeRecord(11, {
        ...{ displayName: 'Margie', verdict: 'role-unknown', countsFor: 'unknown' },
        roleIds: [roles.unheardOf],
      }),
    ]),
    {
      ...good(
        shown.enterprise,
        'School of Fine Art',
        [
          aScopeRecord(12, { displayName: 'Fine Art EA', agreement: 'ea', countsFor: 'recognition' }),
          aScopeRecord(13, { displayName: 'Fine Art Research', agreement: 'ea', countsFor: 'recognition' }),
        ],
        { agreement: 'ea' },
      ),
      dpor: [aDpor(12)],
    },
    good(
      shown.elsewhere,
      'Munson’s Pickles and Preserves Farm and Distribution Company of the North',
      [
        aScopeRecord(14, {
          displayName: 'Munson’s shared services and integration platform, production environment',
          coveredBy: ['service-principal'],
        }),
      ],
      { accessKinds: ['service-principal'], servicePrincipalObjectId: ids.palInTenant },
    ),
    aTenantRecord({
      registration: {
        ...registered(shown.offboarded, 'Consolidated Messenger'),
        offboardedAt: at(20 * DAY),
      },
      ...{ phase: 'closed', version: 3 },
    }),
    { ...good(shown.large, 'Wide World Importers', large), openGaps: [] },
    good(shown.nameless, undefined, [aScopeRecord(16, { displayName: null })]),
    { ...good(shown.gone, 'Trey Research', [lost.scope]), openGaps: [lost.gap] },
    {
      ...good(shown.withheld, 'Fourth Coffee', [aScopeRecord(18, { displayName: 'Fourth Coffee' })]),
      registration: {
        ...registered(shown.withheld, 'Fourth Coffee'),
        withheld: [{ what: 'offboard', value: 'true', source: 'https://crm.example', at: at(6 * HOUR) }],
      },
    },
  ];
}

const nightly: readonly (readonly [daysAgo: number, states: SweepRecord['states']])[] = [
  [8, { earning: 3, 'not-earning': 2, unobserved: 3 }],
  [7, { earning: 5, 'not-earning': 2, 'partly-earning': 1, unobserved: 2 }],
  [6, { earning: 7, 'not-earning': 1, 'partly-earning': 1, unobserved: 2 }],
  [5, { earning: 9, 'not-earning': 2, 'partly-earning': 2, 'needs-person': 1, unobserved: 1 }],
  [4, { earning: 9, 'not-earning': 2, 'partly-earning': 2, 'needs-person': 1, unobserved: 1 }],
  [3, { earning: 8, 'not-earning': 3, 'partly-earning': 2, 'needs-person': 1, unobserved: 1, automatic: 1 }],
  [2, { earning: 7, 'not-earning': 3, 'partly-earning': 3, 'needs-person': 1, unobserved: 1, automatic: 1 }],
  [1, { earning: 6, 'not-earning': 4, 'partly-earning': 3, 'needs-person': 1, unobserved: 1, automatic: 1 }],
];

function sweeps(): SweepRecord[] {
  const past = nightly.map(([daysAgo, states], index): SweepRecord => {
    const startedAt = at(daysAgo * DAY - 9 * HOUR);
    return {
      ...newSweepRecord(startedAt.replaceAll(/[^0-9TZ]/g, ''), startedAt),
      status: 'finished',
      assessedAt: startedAt,
      finishedAt: new Date(Date.parse(startedAt) + 95_000 + index * 11_000).toISOString(),
      baseline: index === 0,
      partial: index === 3,
      states,
      daysAtRisk: { certain: index, possible: 4 + index, neverEarned: 0 },
    };
  });
  const last = past.at(-1);
  if (!last) return past;
  const listing = (...first: string[]) => ({ count: first.length, first });
  return [
    ...past.slice(0, -1),
    {
      ...last,
      heldScopes: 14,
      news: {
        ...{ found: listing(shown.nameless), gone: listing(shown.gone) },
        ...{ earning: listing(shown.earning), bad: listing(shown.notEarning, shown.partly) },
      },
    },
  ];
}

/** What changed about Northwind Traders, oldest first. */
function history(scope: string): TenantChange[] {
  const change = (version: number, msAgo: number, changes: Partial<TenantChange>): TenantChange => ({
    ...{ version, at: at(msAgo), causeId: `cause-${version}`, scopes: [] },
    ...{ phase: { from: 'covered', to: 'covered' }, gapsOpened: [], gapsClosed: [] },
    ...{ gapsAccepted: [], gapsReopened: [] },
    ...changes,
  });
  return [
    change(1, 39 * DAY, {
      phase: { from: 'unobserved', to: 'covered' },
      scopes: [{ scope, from: null, to: 'earning' }],
    }),
    change(2, 5 * DAY, {
      scopes: [{ scope, from: 'earning', to: 'role-not-eligible' }],
      gapsOpened: [scope],
    }),
  ];
}

/** The API over that estate, with everything behind it. */
export async function aShowcase() {
  const stage = anApi();
  const { ledger, links, partnerLinks, azure } = stage;
  for (const record of customers()) ledger.hold(record);
  const scope = `/subscriptions/${subscriptionId(2)}`;
  for (const change of history(scope)) {
    const known = await ledger.read(shown.notEarning);
    if (known)
      await ledger.commit(known, {
        record: { ...known.record, version: change.version },
        change,
        closedGaps: [],
        droppedScopes: [],
      });
  }
  azure.put({
    facts: someFacts(2, { tenantId: shown.notEarning, displayName: 'Northwind Main' }),
    delegations: [
      aDelegation({
        scope: subscription(2),
        authorizations: [
          { ...aGrant(roles.reader), principalName: 'PAL Autopilot' },
          { ...aGrant(roles.contributor, ids.group), principalName: 'Tier 1 Support' },
        ],
      }),
    ],
  });
  const observed = anObservedLink();
  partnerLinks.set(observed, ids.pal);
  links.hold(
    aLinkRecord({ ...{ observed, readAt: at(9 * HOUR), lastOutcome: 'unchanged' }, version: 2, looks: 4 }),
  );
  const other = anObservedLink({
    ...{ partnerId: '4699999', partnerName: 'Another company', tenantId: shown.elsewhere },
    objectId: ids.palInTenant,
  });
  partnerLinks.set(other, ids.palInTenant);
  links.hold(
    aLinkRecord({
      ...{ tenantId: shown.elsewhere, objectId: ids.palInTenant, observed: other, readAt: at(9 * HOUR) },
      ...{ lastOutcome: 'refused', gapSince: at(3 * DAY) },
    }),
  );
  links.hold(
    aLinkRecord({
      ...{
        tenantId: shown.found,
        objectId: ids.secondPal,
        desired: { kind: 'held', by: 'Olga Operator', why: 'Being moved', until: null },
      },
      ...{ observed: null, readAt: at(30 * HOUR), lastOutcome: 'failed' },
      failure: {
        ...{ kind: 'unavailable', message: 'ARM answered 503.', at: at(9 * HOUR), requestId: null },
      },
    }),
  );
  for (const sweep of sweeps()) await stage.sweeps.write(sweep);
  await putUp(stage);
  return stage;
}

/** What waits for an operator: found customers, decided roles, parked messages. */
async function putUp({ found, decisions, parked }: ReturnType<typeof anApi>): Promise<void> {
  const seen = { firstSeenAt: at(3 * DAY), lastSeenAt: at(9 * HOUR), dismissed: null };
  await found.write(
    { tenantId: shown.found, ...seen, subscriptions: 3, offers: ['Fabrikam managed service'] },
    null,
  );
  await found.write(
    { ...{ tenantId: '22222222-0002-4000-8000-000000000002', ...seen, subscriptions: 1 }, offers: [] },
    null,
  );
  await found.write(
    {
      ...{ tenantId: '22222222-0003-4000-8000-000000000003', ...seen, subscriptions: 1 },
      ...{ offers: ['Old offer'], dismissed: { by: 'Olga Operator', at: at(2 * DAY) } },
    },
    null,
  );
  await decisions.write({
    ...{ roleId: '0e0e0e0e-0000-4000-8000-000000000002', earns: false, by: 'Olga Operator' },
    ...{ source: 'Partner Center case 2401', at: at(30 * DAY) },
  });
  const text = (body: string) => new TextEncoder().encode(body);
  const message = { queue: 'onboarding', attempts: 5, enqueuedAt: null, parkedAt: at(7 * HOUR), lineage: [] };
  const reason = 'tenantId: must be a GUID';
  for (const n of [1, 2, 3]) {
    const body = text(JSON.stringify({ specversion: '1.0', data: { tenantId: `customer-${n}` } }));
    await parked.keep({ ...message, messageId: `crm-471${n}`, reason, body });
  }
  await parked.keep({
    ...message,
    ...{ queue: 'reconcile', messageId: 'look-again-1', reason: 'unavailable: ARM answered 503 six times' },
    ...{ body: text('{"kind":"tenant"}'), lineage: ['look-again-0'] },
  });
}
