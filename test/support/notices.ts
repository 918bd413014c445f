/** Builders of notices, and of what they are made from. */
import {
  observerAnnouncement,
  type LinkAnnouncement,
  type ObserverAnnouncement,
  type SweepAnnouncement,
  type TenantAnnouncement,
} from '../../src/lib/domain/announcement.ts';
import type { NoticeRoute } from '../../src/lib/domain/notice-route.ts';
import type { LinkNotice, TenantNotice } from '../../src/lib/domain/notice.ts';
import { newSweepRecord, type SweepRecord } from '../../src/lib/domain/sweep-record.ts';
import type { TenantRecord } from '../../src/lib/domain/tenant-record.ts';
import { summaryOf } from '../../src/lib/domain/tenant-summary.ts';
import { ids } from './delegations.ts';
import { SECRET } from './receiver.ts';
import { aCoveredTenant, aScopeRecord, aTenantRecord } from './tenants.ts';

const NOON = '2026-03-10T12:00:00.000Z';

/** Contoso, seen for the first time: it earns, unless overridden. */
export function aTenantAnnouncement(
  changes: Partial<TenantAnnouncement> & { readonly record?: TenantRecord } = {},
): TenantAnnouncement {
  const { record = aCoveredTenant([aScopeRecord(1)]), ...rest } = changes;
  return {
    kind: 'tenant',
    id: `tenant~${record.registration.tenantId}~1`,
    at: NOON,
    causeId: 'event-1',
    version: 1,
    before: summaryOf(aTenantRecord({ registration: record.registration })),
    after: summaryOf(record),
    scopes: { total: 1, listed: [{ scope: aScopeRecord(1).scope, from: null, to: 'earning' }] },
    gapsOpened: { total: 0, listed: [] },
    gapsClosed: { total: 0, listed: [] },
    ...rest,
  };
}

/** So many gaps opened in one tenant. */
export function aBreach(gaps: number, changes: Partial<TenantAnnouncement> = {}): TenantAnnouncement {
  const listed = Array.from({ length: Math.min(gaps, 20) }, (_, n) => ({
    scope: aScopeRecord(n + 1).scope,
    reason: 'role-not-eligible' as const,
  }));
  return aTenantAnnouncement({
    record: aCoveredTenant([aScopeRecord(1, { verdict: 'role-not-eligible' })]),
    gapsOpened: { total: gaps, listed },
    ...changes,
  });
}

export function aLinkAnnouncement(
  change: Partial<LinkAnnouncement['change']> = {},
  changes: Partial<LinkAnnouncement> = {},
): LinkAnnouncement {
  return {
    kind: 'link',
    id: `link~${ids.managingTenant}~${ids.pal}~1`,
    at: NOON,
    tenantId: ids.managingTenant,
    objectId: ids.pal,
    principal: 'pal-link',
    change: {
      version: 1,
      at: NOON,
      causeId: 'event-1',
      from: 'unknown',
      to: 'linked',
      partnerId: '4681234',
      ...change,
    },
    trouble: null,
    ...changes,
  };
}

export function anObserverAnnouncement(sight: 'lost' | 'regained'): ObserverAnnouncement {
  return observerAnnouncement({
    version: 1,
    at: NOON,
    causeId: 'event-1',
    sight,
    trouble: sight === 'lost' ? 'Entra refused.' : null,
  });
}

export function aSweep(changes: Partial<SweepRecord> = {}): SweepRecord {
  return {
    ...newSweepRecord('sweep-20260310020000000', '2026-03-10T02:00:00.000Z'),
    status: 'finished',
    assessedAt: '2026-03-10T02:01:00.000Z',
    finishedAt: '2026-03-10T02:02:00.000Z',
    states: { earning: 12, 'not-earning': 3 },
    ...changes,
  };
}

export function aSweepAnnouncement(changes: Partial<SweepRecord> = {}): SweepAnnouncement {
  const sweep = aSweep(changes);
  return { kind: 'sweep', id: `sweep~${sweep.sweepId}`, at: '2026-03-10T02:02:00.000Z', sweep };
}

export function aRoute(changes: Partial<NoticeRoute> = {}): NoticeRoute {
  return {
    name: 'crm',
    sink: 'webhook',
    url: 'https://hooks.fabrikam.example/pal',
    secrets: [SECRET],
    tags: {},
    min: 'all',
    ...changes,
  };
}

/** A customer that lost its earning role. */
export function aTenantNotice(n = 1, data: Partial<TenantNotice['data']> = {}): TenantNotice {
  return {
    specversion: '1.0',
    type: 'pal.tenant.changed.v1',
    id: `tenant~${ids.customer}~${n}`,
    source: `urn:pal-autopilot:${ids.managingTenant}`,
    subject: `tenants/${ids.customer}`,
    time: NOON,
    datacontenttype: 'application/json',
    data: {
      tenantId: ids.customer,
      displayName: `Customer ${n}`,
      tags: {},
      version: n,
      state: { from: 'earning', to: 'not-earning' },
      reason: 'role-not-eligible',
      scopes: { total: 0, listed: [] },
      endings: { total: 0, listed: [] },
      gapsOpened: { total: 1, listed: [] },
      gapsClosed: { total: 0, listed: [] },
      causeId: 'event-1',
      summary: `Customer ${n}: earning → not-earning, role-not-eligible, 1 gap opened.`,
      remedy: 'Deploy the offer again with a role that earns.',
      page: `https://pal.fabrikam.example/api/dashboard#/tenants/${ids.customer}`,
      ...data,
    },
  };
}

export function aLinkNotice(): LinkNotice {
  return {
    specversion: '1.0',
    type: 'pal.link.changed.v1',
    id: `link~${ids.managingTenant}~${ids.pal}~2`,
    source: `urn:pal-autopilot:${ids.managingTenant}`,
    subject: `links/${ids.managingTenant}/${ids.pal}`,
    time: NOON,
    datacontenttype: 'application/json',
    data: {
      principal: 'pal-link',
      tenantId: ids.managingTenant,
      objectId: ids.pal,
      version: 2,
      state: { from: 'linked', to: 'unlinked' },
      partnerId: null,
      trouble: null,
      causeId: 'event-1',
      summary: 'The link of pal-link: linked → unlinked.',
      remedy: 'See the outcome of the link’s last look.',
      page: 'https://pal.fabrikam.example/api/dashboard#/links',
    },
  };
}
