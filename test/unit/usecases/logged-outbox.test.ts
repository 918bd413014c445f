import { describe, expect, it } from 'vitest';
import type { LinkAnnouncement, TenantAnnouncement } from '../../../src/lib/domain/announcement.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { Outbox } from '../../../src/lib/domain/ports.ts';
import { makeLoggedOutbox } from '../../../src/lib/usecases/logged-outbox.ts';
import { makeFakeLog } from '../../fakes/log.ts';
import { aLinkAnnouncement } from '../../support/notices.ts';

const told: Outbox = { announce: () => Promise.resolve() };

const tenant = (gaps: readonly { scope: string; reason: 'role-not-eligible' | 'gone' | null }[]) =>
  ({
    kind: 'tenant',
    gapsOpened: { total: gaps.length, listed: gaps },
    after: { registration: { tenantId: 'cccccccc-0000-4000-8000-000000000001' } },
  }) as unknown as TenantAnnouncement;

const link = (from: 'linked' | 'unknown' | 'unlinked', to: 'linked' | 'unlinked' | 'linked-elsewhere') =>
  ({
    kind: 'link',
    tenantId: 'aaaaaaaa-0000-4000-8000-000000000001',
    objectId: '0b0b0b0b-0000-4000-8000-000000000001',
    change: { from, to },
  }) as unknown as LinkAnnouncement;

describe('an outbox that logs gaps', () => {
  it('names tenant, number and reasons of the gaps that a commit opened', async () => {
    const log = makeFakeLog();

    await makeLoggedOutbox(told, log).announce([
      tenant([
        { scope: '/subscriptions/2', reason: 'role-not-eligible' },
        { scope: '/subscriptions/1', reason: 'gone' },
        { scope: '/subscriptions/3', reason: 'gone' },
      ]),
    ]);

    expect(log.entries).toEqual([
      {
        level: 'warn',
        event: 'gap.opened',
        fields: {
          subject: 'tenant',
          id: 'cccccccc-0000-4000-8000-000000000001',
          gaps: 3,
          reasons: 'gone,role-not-eligible',
        },
      },
    ]);
  });

  it('names a link that was linked and is no more', async () => {
    const log = makeFakeLog();

    await makeLoggedOutbox(told, log).announce([link('linked', 'linked-elsewhere')]);

    expect(log.entries.map(({ event, fields }) => [event, fields['subject'], fields['reasons']])).toEqual([
      ['gap.opened', 'link', 'linked-elsewhere'],
    ]);
  });

  it('is silent about a link that stays linked, to another partner ID, and about what was ordered', async () => {
    const log = makeFakeLog();
    const order = { verb: 'unlink', by: 'kari', why: 'The customer leaves.' } as const;

    await makeLoggedOutbox(told, log).announce([
      link('linked', 'linked'),
      aLinkAnnouncement({ from: 'linked', to: 'unlinked', order }),
    ]);

    expect(log.entries).toEqual([]);
  });

  it('is silent about commits that open no gap', async () => {
    const log = makeFakeLog();

    await makeLoggedOutbox(told, log).announce([
      tenant([]),
      link('unlinked', 'linked'),
      link('unknown', 'unlinked'),
      link('linked', 'linked'),
    ]);

    expect(log.entries).toEqual([]);
  });

  it('logs only what is on record', async () => {
    const log = makeFakeLog();
    const failing: Outbox = {
      announce: () => Promise.reject(new Failure('unavailable', 'The table is away.')),
    };

    const announced = makeLoggedOutbox(failing, log).announce([tenant([{ scope: '/s', reason: 'gone' }])]);

    await expect(announced).rejects.toThrow('The table is away.');
    expect(log.entries).toEqual([]);
  });
});
