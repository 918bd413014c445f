import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { makeAttest, type AttestDeps } from '../../../src/lib/usecases/attest.ts';
import { makeFakeLog } from '../../fakes/log.ts';
import { makeFakeOutbox } from '../../fakes/outbox.ts';
import { makeFakeTenantLedger } from '../../fakes/tenant-ledger.ts';
import { aClock, DAY } from '../../support/clock.ts';
import { aPrincipal, aSecondPrincipal, ids } from '../../support/delegations.ts';
import {
  aCoveredTenant,
  anAttestation,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
} from '../../support/tenants.ts';

const guestTenant = aTenantRecord({
  registration: aRegistration({ facts: { accessKinds: ['guest-user'] } }),
});

const link = {
  partnerId: '4681234',
  partnerName: 'Fabrikam Oslo',
  tenantId: ids.customer,
  objectId: ids.person,
  state: 'Active',
  version: 1,
  createdTime: '2026-03-09T11:00:00.0000001Z',
  updatedTime: '2026-03-09T11:00:00.0000001Z',
};
const input = { attestedBy: 'Kari Nordmann', attestedAt: '2026-03-09T12:00:00Z', link };

function aDesk(record: TenantRecord | null = guestTenant, changes: Partial<AttestDeps> = {}) {
  const outbox = makeFakeOutbox();
  const ledger = makeFakeTenantLedger(outbox);
  if (record) ledger.hold(record);
  const attest = makeAttest({
    ledger,
    clock: aClock(),
    log: makeFakeLog(),
    principals: [aPrincipal()],
    principalRules: [],
    observer: { managedIdentityClientId: ids.stranger, objectId: null },
    attestationValidMs: 180 * DAY,
    ...changes,
  });
  return {
    ledger,
    outbox,
    attest: (given: unknown = input) =>
      attest({ tenantId: ids.customer, input: given, by: ids.person, causeId: 'op-1' }),
  };
}

describe('attesting', () => {
  it('keeps what was shown, as one change that says who showed it and who sent it', async () => {
    const { ledger, attest } = aDesk();

    expect(await attest()).toMatchObject({ kind: 'recorded' });

    expect(ledger.held(ids.customer)).toEqual({
      ...guestTenant,
      attestations: [anAttestation()],
      version: 1,
    });
    expect(ledger.changes(ids.customer)).toEqual([
      {
        version: 1,
        at: '2026-03-10T12:00:00.000Z',
        causeId: 'op-1',
        phase: { from: 'unobserved', to: 'unobserved' },
        scopes: [],
        gapsOpened: [],
        gapsClosed: [],
        gapsAccepted: [],
        gapsReopened: [],
        told: [
          {
            what: 'attestation',
            objectId: ids.person,
            partnerId: '4681234',
            by: 'Kari Nordmann',
            at: '2026-03-09T12:00:00.000Z',
            expiresAt: '2026-09-05T12:00:00.000Z',
            sentBy: ids.person,
          },
        ],
      },
    ]);
  });

  it('is announced once, with what was told', async () => {
    const { outbox, attest } = aDesk();

    await attest();
    await attest();

    expect(outbox.announced).toMatchObject([
      {
        kind: 'tenant',
        version: 1,
        told: { total: 1, listed: [{ what: 'attestation', by: 'Kari Nordmann' }] },
      },
    ]);
  });

  it('changes nothing the second time', async () => {
    const { ledger, attest } = aDesk();
    await attest();

    expect(await attest()).toMatchObject({ kind: 'unchanged' });

    expect(ledger.changes(ids.customer)).toHaveLength(1);
  });

  it('leaves what passes have seen of the tenant alone', async () => {
    const registration = aRegistration({ facts: { accessKinds: ['guest-user', 'lighthouse'] } });
    const covered = aCoveredTenant([aScopeRecord()], { registration });
    const { ledger, attest } = aDesk(covered);

    await attest();

    expect(ledger.held(ids.customer)).toEqual({ ...covered, attestations: [anAttestation()], version: 2 });
  });

  it('tries again when somebody else wrote in between, and gives up in the end', async () => {
    const conflict = new Failure('conflict', 'Somebody else has written.');
    const once = aDesk();
    once.ledger.fail('commit', conflict, 4);
    const always = aDesk();
    always.ledger.fail('commit', conflict, 5);

    expect(await once.attest()).toMatchObject({ kind: 'recorded' });
    await expect(always.attest()).rejects.toBe(conflict);
  });

  it('is held against the partner ID of the principal the tenant names', async () => {
    const registration = aRegistration({ facts: { accessKinds: ['guest-user'], principal: 'pal-bergen' } });
    const { attest } = aDesk(aTenantRecord({ registration }), {
      principals: [aPrincipal(), aSecondPrincipal()],
    });

    expect(await attest()).toMatchObject({ kind: 'refused', faults: [{ field: 'link.partnerId' }] });
    expect(await attest({ ...input, link: { ...link, partnerId: '4685678' } })).toMatchObject({
      kind: 'recorded',
    });
  });

  it.each([
    ['our principal', ids.pal],
    ['its application', ids.palApplication],
    ['a former object of it', ids.former],
    ['our observer', ids.stranger],
    ['our service principal there, as pinned', ids.palInTenant],
    ['our service principal there, as told', ids.group],
  ])('does not take %s for a person', async (_, objectId) => {
    const registration = aRegistration({
      facts: { accessKinds: ['guest-user', 'service-principal'], servicePrincipalObjectId: ids.group },
    });
    const pinned = { principal: 'pal-link', objectId: ids.palInTenant };
    const { attest } = aDesk(aTenantRecord({ registration, pinned }), {
      principals: [aPrincipal({ formerObjectIds: [ids.former] })],
    });

    expect(await attest({ ...input, link: { ...link, objectId } })).toMatchObject({
      kind: 'refused',
      reason: 'invalid',
      faults: [{ field: 'link.objectId' }],
    });
  });

  const offboarded = aRegistration({
    facts: { accessKinds: ['guest-user'] },
    offboardedAt: '2026-03-09T00:00:00.000Z',
  });

  it.each<[string, TenantRecord | null, string, string]>([
    ['is not on record', null, 'unknown-tenant', 'is not on record'],
    ['is no longer ours', aTenantRecord({ registration: offboarded }), 'offboarded', 'is no longer ours'],
    ['is held by Lighthouse alone', aTenantRecord(), 'invalid', 'is not held through a guest'],
    [
      'asks for a principal nobody knows',
      aTenantRecord({
        registration: aRegistration({ facts: { accessKinds: ['guest-user'], principal: 'x' } }),
      }),
      'invalid',
      'which the settings do not name',
    ],
  ])('refuses a tenant that %s, and writes nothing', async (_, record, reason, problem) => {
    const { ledger, attest } = aDesk(record);

    expect(await attest()).toMatchObject({
      kind: 'refused',
      reason,
      faults: [{ field: 'tenantId', problem: expect.stringContaining(problem) as string }],
    });
    expect(ledger.changes(ids.customer)).toEqual([]);
  });
});
