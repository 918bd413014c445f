import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attestationInput,
  attestationStanding,
  readAttestation,
  withAttestation,
  type AttestationRules,
} from '../../../src/lib/domain/attestation.ts';
import { DAY } from '../../support/clock.ts';
import { ids } from '../../support/delegations.ts';
import { anAttestation } from '../../support/tenants.ts';

const rules: AttestationRules = {
  tenantId: ids.customer,
  wantedPartnerId: '4681234',
  notPeople: new Map([[ids.pal, 'our principal “pal-link”']]),
  validMs: 180 * DAY,
  now: new Date('2026-03-10T12:00:00.000Z'),
};

/** As `az managementpartner show` prints it. */
const shownByCli = {
  createdTime: '2026-03-09T11:00:00.0000001Z',
  etag: 1,
  id: '/providers/microsoft.managementpartner/partners/4681234',
  name: '4681234',
  objectId: ids.person,
  partnerId: '4681234',
  partnerName: 'Fabrikam Oslo',
  state: 'Active',
  tenantId: ids.customer,
  type: 'Microsoft.ManagementPartner/partners',
  updatedTime: '2026-03-09T11:00:00.0000001Z',
  version: 1,
};

/** As `Get-AzManagementPartner | ConvertTo-Json` prints it: no times, no version. */
const shownByPowerShell = {
  PartnerId: '4681234',
  PartnerName: 'Fabrikam Oslo',
  TenantId: ids.customer,
  ObjectId: ids.person,
  State: 'Active',
};

const sent = (link: unknown, changes: object = {}) => ({
  attestedBy: 'Kari Nordmann',
  attestedAt: '2026-03-09T13:00:00+01:00',
  link,
  ...changes,
});

const attestationOf = (input: unknown) => {
  const read = readAttestation(input, rules);
  return 'attestation' in read ? read.attestation : read.faults;
};

/** The fields that are called faulty. */
const faulty = (input: unknown) => {
  const read = readAttestation(input, rules);
  return 'faults' in read ? read.faults.map(({ field }) => field).sort() : [];
};

describe('an attestation', () => {
  it('of what az prints is kept with its times, in UTC', () => {
    expect(attestationOf(sent(shownByCli))).toEqual(anAttestation());
  });

  it('of what PowerShell prints is kept without them', () => {
    expect(attestationOf(sent(shownByPowerShell))).toEqual(
      anAttestation({ version: null, linkCreatedAt: null, linkUpdatedAt: null }),
    );
  });

  it('of what the REST API answers is read below its properties', () => {
    const { id, name, type, etag, ...properties } = shownByCli;

    expect(attestationOf(sent({ id, name, type, etag, properties }))).toEqual(anAttestation());
  });

  it('may be pasted as the text that was printed', () => {
    expect(attestationOf(sent(`\uFEFF${JSON.stringify(shownByCli, null, 2)}\n`))).toEqual(anAttestation());
  });

  it('takes ids of any case', () => {
    const link = {
      ...shownByCli,
      objectId: ids.person.toUpperCase(),
      tenantId: ids.customer.toUpperCase(),
    };

    expect(attestationOf(sent(link))).toEqual(anAttestation());
  });

  it.each<[string, string, object]>([
    ['another partner ID', 'link.partnerId', { partnerId: '4681235' }],
    ['a partner ID that is a number', 'link.partnerId', { partnerId: 4681234 }],
    ['a longer partner ID', 'link.partnerId', { partnerId: '46812340' }],
    ['no partner ID', 'link.partnerId', { partnerId: undefined }],
    ['another tenant', 'link.tenantId', { tenantId: ids.otherCustomer }],
    ['the managing tenant', 'link.tenantId', { tenantId: ids.managingTenant }],
    ['no tenant', 'link.tenantId', { tenantId: null }],
    ['an object that is not a GUID', 'link.objectId', { objectId: 'kari@fabrikam.com' }],
    ['our principal instead of a person', 'link.objectId', { objectId: ids.pal.toUpperCase() }],
    ['a deleted link', 'link.state', { state: 'Deleted' }],
    ['a state by number', 'link.state', { state: 0 }],
    ['a name that is another partner ID', 'link.name', { name: '4681235' }],
    ['an id that ends in another partner ID', 'link.id', { id: '/providers/x/partners/4681235' }],
    ['another type of resource', 'link.type', { type: 'Microsoft.Compute/virtualMachines' }],
    ['a change in the future', 'link.updatedTime', { updatedTime: '2026-03-10T12:05:00.001Z' }],
    ['a beginning in the future', 'link.createdTime', { createdTime: '2027-01-01T00:00:00Z' }],
    ['a time that is none', 'link.updatedTime', { updatedTime: 'yesterday' }],
    ['a version that is none', 'link.version', { version: -1 }],
  ])('with %s is refused at %s', (_, field, changes) => {
    expect(faulty(sent({ ...shownByCli, ...changes }))).toEqual([field]);
  });

  it.each<[string, string, object]>([
    ['from nobody', 'attestedBy', { attestedBy: '  ' }],
    ['without a time', 'attestedAt', { attestedAt: undefined }],
    ['of a time without an offset', 'attestedAt', { attestedAt: '2026-03-09T12:00:00' }],
    ['of tomorrow', 'attestedAt', { attestedAt: '2026-03-11T12:00:00Z' }],
    ['that would have expired by now', 'attestedAt', { attestedAt: '2025-09-11T12:00:00Z' }],
    ['from before the link was made', 'attestedAt', { attestedAt: '2026-03-09T10:54:59Z' }],
    ['without a link', 'link', { link: undefined }],
    ['with text that is not JSON', 'link', { link: 'PartnerId : 4681234' }],
    ['with a list', 'link', { link: [shownByCli] }],
  ])('%s is refused at %s', (_, field, changes) => {
    expect(faulty(sent(shownByCli, changes))).toEqual([field]);
  });

  it('with unknown fields beside it is refused, because one of them may be a misspelling', () => {
    expect(faulty(sent(shownByCli, { attestedby: 'x' }))).toEqual(['(body)']);
  });

  it('names every faulty field at once, with what was wanted', () => {
    const link = { ...shownByPowerShell, PartnerId: '4681235', State: 'Deleted', TenantId: 'x' };

    const read = readAttestation(sent(link, { attestedBy: '' }), rules);

    expect(read).toEqual({
      faults: [
        { field: 'attestedBy', problem: 'must name the person who read the link' },
        { field: 'link.partnerId', problem: 'is not 4681234, which is wanted for this tenant' },
        { field: 'link.tenantId', problem: expect.stringContaining('must be a GUID') as string },
        { field: 'link.state', problem: 'is not Active: the link does not stand' },
      ],
    });
  });

  it('of one spelling is not mended by fields of another', () => {
    expect(faulty(sent({ ...shownByPowerShell, partnerId: '4681234' }))).toEqual([
      'link.objectId',
      'link.state',
      'link.tenantId',
    ]);
  });
});

describe('any JSON sent as an attestation', () => {
  it('is taken or refused with words, and never throws', () => {
    const anyInput = fc.oneof(fc.jsonValue(), fc.anything(), fc.record({ link: fc.jsonValue() }));

    fc.assert(
      fc.property(anyInput, (input) => {
        const read = readAttestation(input, rules);
        return 'faults' in read && read.faults.length > 0 && read.faults.every(({ problem }) => problem);
      }),
    );
  });

  it('passes only when partner, tenant, object and state are exactly as wanted', () => {
    const near = (right: string, ...wrong: unknown[]) =>
      fc.constantFrom<unknown>(right, right, right, ...wrong);
    const link = fc.record({
      partnerId: near('4681234', '468123', '04681234', '4681234 ', 4681234, ''),
      tenantId: near(ids.customer, ids.otherCustomer, ids.managingTenant, `${ids.customer} `),
      objectId: near(ids.person, ids.pal, 'x', ids.person.replaceAll('-', '')),
      state: near('Active', 'Deleted', 'Inactive', '', null),
    });

    fc.assert(
      fc.property(link, fc.boolean(), (fields, asText) => {
        const right =
          fields.partnerId === '4681234' &&
          fields.tenantId === ids.customer &&
          fields.objectId === ids.person &&
          fields.state === 'Active';
        const read = readAttestation(sent(asText ? JSON.stringify(fields) : fields), rules);
        expect('attestation' in read).toBe(right);
      }),
    );
  });

  it('passes the check only when it fits the published schema', () => {
    for (const link of [shownByCli, shownByPowerShell, JSON.stringify(shownByCli)]) {
      expect(attestationInput.safeParse(sent(link)).success).toBe(true);
    }
  });
});

describe('the attestations on record', () => {
  const kari = anAttestation();
  const later = anAttestation({ attestedAt: '2026-03-10T09:00:00.000Z' });
  const ola = anAttestation({ objectId: ids.former, attestedBy: 'Ola Nordmann' });

  it('are one for each person, the newest', () => {
    expect(withAttestation(withAttestation([kari], ola), later)).toEqual([later, ola]);
  });

  it('stay what they are when the same or an earlier one is told', () => {
    const known = [later];

    expect(withAttestation(known, later)).toBe(known);
    expect(withAttestation(known, kari)).toBe(known);
  });

  it('come to the same in whatever order they are told', () => {
    const orders = [
      [kari, later, ola],
      [ola, later, kari],
      [later, ola, kari],
    ];

    const ends = orders.map((order) => order.reduce<readonly (typeof kari)[]>(withAttestation, []));

    expect(ends).toEqual([
      [later, ola],
      [later, ola],
      [later, ola],
    ]);
  });

  it('are a hundred at most, the latest', () => {
    const many = Array.from({ length: 101 }, (_, n) =>
      anAttestation({
        objectId: `0e0e0e0e-0000-4000-8000-${String(n).padStart(12, '0')}`,
        attestedAt: new Date(Date.UTC(2026, 0, 1) + n * DAY).toISOString(),
      }),
    );

    const kept = many.reduce<readonly (typeof kari)[]>(withAttestation, []);

    expect(kept).toEqual(many.slice(1).toReversed());
  });

  it('count up to the instant they expire', () => {
    const at = (now: string) => attestationStanding([kari], '4681234', new Date(now));

    expect(at('2026-09-05T11:59:59.999Z')).toBe('valid');
    expect(at('2026-09-05T12:00:00.000Z')).toBe('expired');
  });
});
