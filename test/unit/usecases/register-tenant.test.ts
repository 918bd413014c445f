import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { ids } from '../../support/delegations.ts';
import { anOnboarding, aStage } from '../../support/stage.ts';
import { aCoveredTenant, aDpor, aRegistration, aScopeRecord, aTenantRecord } from '../../support/tenants.ts';

function anEvent(changes: object = {}) {
  return {
    specversion: '1.0',
    type: 'pal.tenant.onboarded.v1',
    source: 'crm',
    id: 'event-1',
    time: '2026-03-10T11:00:00Z',
    data: { tenantId: ids.customer, displayName: 'Contoso' },
    ...changes,
  };
}

const conflict = () => new Failure('conflict', 'The row was written by somebody else in the meantime.');

describe('an onboarding event', () => {
  it('is put on record, and a look at the tenant is asked for', async () => {
    const stage = aStage();

    const result = await stage.registerTenant(anOnboarding(anEvent()));

    expect(result).toBe('registered');
    expect(stage.ledger.held(ids.customer).registration).toMatchObject({
      facts: { displayName: 'Contoso' },
      announcedAt: '2026-03-10T12:00:00.000Z',
      offboardedAt: null,
    });
    expect(stage.queues.requests()).toEqual([
      {
        at: null,
        request: {
          subject: 'tenant',
          id: ids.customer,
          cause: { kind: 'event', id: 'crmevent1' },
          attempt: 0,
          hop: 0,
          since: '2026-03-10T12:00:00.000Z',
        },
      },
    ]);
  });

  it('that tells more than the tenant’s record has room for is parked, in words', async () => {
    const stage = aStage();
    const guid = (n: number) => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
    const tell = (from: number) => {
      const told = Array.from({ length: 1_000 }, (_, n) => [guid(from + n), 'ea']);
      const data = { tenantId: ids.customer, subscriptionAgreements: Object.fromEntries(told) as object };
      return stage.registerTenant(anOnboarding(anEvent({ id: `event-${from}`, data })));
    };

    const fates = [await tell(0), await tell(1_000), await tell(2_000)];

    expect(fates).toEqual(['registered', 'registered', 'parked']);
    const [parked] = stage.queues.messages('parked');
    expect(parked?.properties['reason']).toContain('room');
  });

  it('that comes five times is one registration and one request', async () => {
    const stage = aStage();

    for (let delivery = 1; delivery <= 5; delivery += 1) {
      await stage.registerTenant(anOnboarding(anEvent(), { messageId: `m-${delivery}`, attempts: delivery }));
      stage.clock.pass(30_000);
    }

    expect(stage.ledger.held(ids.customer).registration.announcedAt).toBe('2026-03-10T12:00:00.000Z');
    expect(stage.queues.requests()).toHaveLength(1);
  });

  it('that comes five times at once is one registration and one request', async () => {
    const stage = aStage();

    const results = await Promise.all(
      [1, 2, 3, 4, 5].map(() => stage.registerTenant(anOnboarding(anEvent()))),
    );

    expect(results).toEqual(Array.from({ length: 5 }, () => 'registered'));
    expect(stage.queues.requests()).toHaveLength(1);
  });

  it('of another source under the same id is another event', async () => {
    const stage = aStage();

    await stage.registerTenant(anOnboarding(anEvent({ source: 'crm' })));
    await stage.registerTenant(anOnboarding(anEvent({ source: 'portal' })));

    expect(stage.queues.requests()).toHaveLength(2);
  });

  it('without an envelope is known by its message, and dated by its arrival', async () => {
    const stage = aStage();
    const bare = anOnboarding({ tenantId: ids.customer, displayName: 'Contoso' });

    await stage.registerTenant(bare);
    await stage.registerTenant(bare);

    expect(stage.queues.requests()).toMatchObject([{ request: { cause: { id: 'message1' } } }]);
    expect(stage.ledger.held(ids.customer).registration.factTimes.displayName).toBe(
      '2026-03-10T11:59:59.000Z',
    );
  });

  it('without an envelope and without a message id is another event where it says something else', async () => {
    const stage = aStage();
    const bare = (agreement: string) =>
      anOnboarding({ tenantId: ids.customer, agreement }, { messageId: '' });

    await stage.registerTenant(bare('ea'));
    await stage.registerTenant(bare('mca'));

    expect(stage.queues.messages('reconcile')).toHaveLength(2);
  });

  it('keeps what the ledger knows of the tenant’s coverage', async () => {
    const stage = aStage();
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));

    await stage.registerTenant(anOnboarding(anEvent({ data: { tenantId: ids.customer, agreement: 'ea' } })));

    expect(stage.ledger.held(ids.customer)).toMatchObject({
      phase: 'covered',
      scopes: [aScopeRecord(1)],
      registration: { facts: { displayName: 'Contoso', agreement: 'ea' } },
    });
  });

  it('offboards, and has the tenant looked at once more', async () => {
    const stage = aStage();
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));

    await stage.registerTenant(
      anOnboarding(
        anEvent({ type: 'pal.tenant.offboarded.v1', id: 'event-2', data: { tenantId: ids.customer } }),
      ),
    );

    expect(stage.ledger.held(ids.customer).registration.offboardedAt).toBe('2026-03-10T11:00:00.000Z');
    expect(stage.queues.requests()).toHaveLength(1);
  });

  it('of a source that is not trusted cannot offboard, and the log says so', async () => {
    const stage = aStage({ trustedSources: ['crm'] });
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));
    const type = 'pal.tenant.offboarded.v1';

    await stage.registerTenant(
      anOnboarding(anEvent({ type, source: 'somebody', data: { tenantId: ids.customer } })),
    );

    expect(stage.ledger.held(ids.customer).registration).toMatchObject({
      offboardedAt: null,
      withheld: [{ what: 'offboard', source: 'somebody' }],
    });
    expect(stage.log.entries.map(({ event }) => event)).toContain('event.change-withheld');
  });

  it('of a trusted source may offboard', async () => {
    const stage = aStage({ trustedSources: ['crm'] });
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));
    const type = 'pal.tenant.offboarded.v1';

    await stage.registerTenant(anOnboarding(anEvent({ type, data: { tenantId: ids.customer } })));

    expect(stage.ledger.held(ids.customer).registration).toMatchObject({
      offboardedAt: '2026-03-10T11:00:00.000Z',
      withheld: [],
    });
  });

  it('without an envelope is never trusted by name', async () => {
    const stage = aStage({ trustedSources: ['crm', 'bare'] });
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));

    await stage.registerTenant(anOnboarding({ tenantId: ids.customer, accessKind: 'csp-aobo' }));

    expect(stage.ledger.held(ids.customer).registration.withheld).toMatchObject([{ what: 'accessKinds' }]);
  });

  it('is registered at once again when somebody else wrote the tenant in between', async () => {
    const stage = aStage();
    stage.ledger.fail('register', conflict(), 4);

    await stage.registerTenant(anOnboarding(anEvent()));

    expect(stage.ledger.held(ids.customer).registration.facts.displayName).toBe('Contoso');
  });

  it.each([
    ['is written by others again and again', 'register', conflict()],
    ['cannot be read', 'read', new Failure('unavailable', 'Table Ledger could not be reached.')],
  ])('throws when the ledger %s, so that it is delivered again', async (_, method, error) => {
    const stage = aStage();
    stage.ledger.fail(method, error, 5);

    await expect(stage.registerTenant(anOnboarding(anEvent()))).rejects.toBe(error);

    expect(stage.queues.messages('parked')).toEqual([]);
  });

  it('asks for its look when it is delivered again after the queue could not be written', async () => {
    const stage = aStage();
    stage.queues.fail('send reconcile', new Failure('unavailable', 'The queue could not be written.'));
    await expect(stage.registerTenant(anOnboarding(anEvent()))).rejects.toThrow();

    await stage.registerTenant(anOnboarding(anEvent()));

    expect(stage.queues.requests()).toHaveLength(1);
  });
});

describe('the log', () => {
  it('counts the fields of an event that nobody knows', async () => {
    const stage = aStage();

    await stage.registerTenant(
      anOnboarding(anEvent({ data: { tenantId: ids.customer, region: 'north', salesforceId: '0015' } })),
    );

    expect(stage.log.entries).toEqual([
      {
        level: 'info',
        event: 'event.accepted',
        fields: { tenantId: ids.customer, messageId: 'message-1', kind: 'registration', unknownFields: 2 },
      },
    ]);
  });
});

describe('a hint that a delegation was written', () => {
  const hint = {
    id: 'grid-1',
    topic: '/subscriptions/50b50b50-0000-4000-8000-000000000001',
    subject: '/subscriptions/1/providers/Microsoft.ManagedServices/registrationAssignments/2',
    eventType: 'Microsoft.Resources.ResourceWriteSuccess',
    data: { tenantId: ids.customer },
  };

  it('asks for a look and puts nothing on record', async () => {
    const stage = aStage();

    const result = await stage.registerTenant(anOnboarding([hint]));

    expect(result).toBe('hinted');
    expect(await stage.ledger.read(ids.customer)).toBeNull();
    expect(stage.queues.requests()).toMatchObject([{ request: { subject: 'tenant', id: ids.customer } }]);
  });
});

describe('a message nobody can process', () => {
  it.each([
    ['no JSON', 'Contoso', 'The message body is not valid JSON in UTF-8.'],
    ['empty', '', 'The message body is empty; an onboarding event is a JSON object.'],
    [
      'about ourselves',
      JSON.stringify({ tenantId: ids.managingTenant }),
      'The tenant id is the managing tenant’s own; only customers’ tenants can be onboarded.',
    ],
  ])(
    'because it is %s is parked with the reason, and where and when it came from',
    async (_, text, reason) => {
      const stage = aStage();

      const result = await stage.registerTenant(anOnboarding(text, { attempts: 2 }));

      expect(result).toBe('parked');
      expect(stage.queues.messages('parked')).toEqual([
        {
          messageId: 'onboarding~message-1',
          body: new TextEncoder().encode(text),
          at: null,
          properties: {
            ...{ reason, source: 'onboarding', sourceMessageId: 'message-1', attempts: 2 },
            firstEnqueuedAt: '2026-03-10T11:59:59.000Z',
          },
        },
      ]);
      expect(stage.queues.requests()).toEqual([]);
    },
  );

  it('is parked byte for byte', async () => {
    const stage = aStage();
    const body = Uint8Array.from([0x00, 0xff, 0xfe, 0x0d, 0x0a, 0x80]);

    await stage.registerTenant(anOnboarding('', { body }));

    expect(stage.queues.messages('parked').map((message) => message.body)).toEqual([body]);
  });

  it('is parked under an id the queue takes, however long its own', async () => {
    const stage = aStage();

    await stage.registerTenant(anOnboarding('x', { messageId: 'm'.repeat(128) }));

    expect(stage.queues.messages('parked')).toMatchObject([
      { properties: { sourceMessageId: 'm'.repeat(128) } },
    ]);
  });

  it('has no body in the log', async () => {
    const stage = aStage();

    await stage.registerTenant(anOnboarding('{"secret":"hunter2"'));

    expect(JSON.stringify(stage.log.entries)).not.toContain('hunter2');
  });

  it('is delivered again when it cannot be parked', async () => {
    const stage = aStage();
    const error = new Failure('unavailable', 'The queue parked could not be written.');
    stage.queues.fail('send parked', error);

    await expect(stage.registerTenant(anOnboarding('x'))).rejects.toBe(error);
  });
});

describe('an event that moves a tenant to a modern-commerce agreement', () => {
  const underEa = aTenantRecord({
    registration: aRegistration({ facts: { agreement: 'ea' } }),
    dpor: [aDpor(1), aDpor(2)],
  });
  const moved = anOnboarding(
    anEvent({
      type: 'pal.tenant.changed.v1',
      data: { tenantId: ids.customer, agreement: 'azure-plan' },
    }),
  );
  const voided = {
    step: 'void',
    reason: 'agreement-changed',
    at: '2026-03-10T12:00:00.000Z',
    by: 'crm',
  };

  it('makes its partners of record void, as one change, however often it comes', async () => {
    const stage = aStage();
    stage.ledger.hold(underEa);

    await stage.registerTenant(moved);
    await stage.registerTenant(moved);

    const record = stage.ledger.held(ids.customer);
    expect(record.registration.facts.agreement).toBe('azure-plan');
    expect(record.dpor.map(({ steps }) => steps.at(-1))).toEqual([voided, voided]);
    expect(stage.ledger.changes(ids.customer)).toMatchObject([
      {
        version: 1,
        causeId: 'crmevent1',
        told: [
          { what: 'dpor', from: 'confirmed', to: 'void', by: 'crm' },
          { what: 'dpor', from: 'confirmed', to: 'void', by: 'crm' },
        ],
      },
    ]);
  });

  it('loses nothing when somebody else writes at the same time', async () => {
    const stage = aStage();
    stage.ledger.hold(underEa);
    stage.ledger.fail('commit', conflict());

    await stage.registerTenant(moved);

    expect(stage.ledger.held(ids.customer)).toMatchObject({
      version: 1,
      registration: { facts: { agreement: 'azure-plan' } },
    });
  });

  it('is no change of its own where no partner of record stands', async () => {
    const stage = aStage();
    stage.ledger.hold({ ...underEa, dpor: [] });

    await stage.registerTenant(moved);

    expect(stage.ledger.held(ids.customer)).toMatchObject({ version: 0 });
    expect(stage.ledger.changes(ids.customer)).toEqual([]);
  });
});

describe('events that arrive out of order', () => {
  it('do not resurrect a tenant that was offboarded since', async () => {
    const stage = aStage();
    const onboarding = anOnboarding(anEvent());
    await stage.registerTenant(onboarding);
    await stage.registerTenant(
      anOnboarding(
        anEvent({ type: 'pal.tenant.offboarded.v1', id: 'event-2', time: '2026-03-10T11:30:00Z' }),
      ),
    );

    await stage.registerTenant(onboarding);

    expect(stage.ledger.held(ids.customer).registration).toMatchObject({
      ...aRegistration({ facts: { displayName: 'Contoso' } }),
      announcedAt: '2026-03-10T12:00:00.000Z',
      offboardedAt: '2026-03-10T11:30:00.000Z',
      factTimes: { offboarded: '2026-03-10T11:30:00.000Z' },
    });
  });
});
