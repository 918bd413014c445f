import { describe, expect, it } from 'vitest';
import { estateJsonSchema, parseEstate } from '../../../local/estates/estate.ts';
import { anEstate, aCustomer, palLinkId, tenantId } from '../../support/azure.ts';

const parse = (estate: unknown) => parseEstate(JSON.stringify(estate), 'estate.json');
const leastEstate = {
  managingTenant: { tenantId: 'AAAAAAAA-0000-4000-8000-000000000001' },
  partnerIds: [],
  principals: [],
  customers: [],
};

describe('the estate file', () => {
  it('needs its four leading parts only and fills in the rest', () => {
    expect(parse(leastEstate)).toEqual({
      managingTenant: { tenantId: 'aaaaaaaa-0000-4000-8000-000000000001' },
      partnerIds: [],
      principals: [],
      customers: [],
      events: [],
      latencyMs: { token: 0, read: 0, write: 0, graph: 0 },
      indexLagMs: 0,
      faults: [],
      timeline: [],
      rules: {
        putWhenLinked: 'conflict',
        afterRemoval: '401',
        graphSubscriptionLimit: 10_000,
        graphRowsPerPage: 1_000,
        quota: {
          readsPerSecond: 25,
          readBucket: 250,
          writesPerSecond: 10,
          writeBucket: 200,
          graphPer5s: 15,
        },
      },
    });
  });

  it.each(['managingTenant', 'partnerIds', 'principals', 'customers'])('cannot do without %s', (part) => {
    expect(() => parse({ ...leastEstate, [part]: undefined })).toThrow(`  ${part}: `);
  });

  it('names the path of every unknown field', () => {
    const customer = { ...aCustomer(1), nickname: 'x' };

    expect(() => parse(anEstate({ customers: [customer], ...{ latency: 1 } }))).toThrow(
      'estate.json is not a valid estate file:\n  customers[0].nickname: unknown field\n  latency: unknown field',
    );
  });

  it('says where the file is not JSON', () => {
    expect(() => parseEstate('{ "managingTenant": ', 'broken.json')).toThrow(
      /^broken\.json .*\n {2}not JSON: /,
    );
  });

  it('compares GUIDs without case and keeps names as written', () => {
    const upper = tenantId(1).toUpperCase();

    const estate = parse(anEstate({ customers: [{ tenantId: upper, displayName: ' Contoso "Ä" ' }] }));

    expect(estate.customers[0]).toMatchObject({ tenantId: tenantId(1), displayName: ' Contoso "Ä" ' });
  });

  it('refuses the same tenant or subscription twice, whatever its case', () => {
    const twice = [aCustomer(1), { ...aCustomer(1), tenantId: tenantId(1).toUpperCase() }];

    expect(() => parse(anEstate({ customers: twice }))).toThrow(
      `  customers[1].tenantId: ${tenantId(1)} is already at customers[0].tenantId\n` +
        '  customers[1].subscriptions[0].subscriptionId: eeeeeeee-0000-4000-8000-000000000001 is already at ' +
        'customers[0].subscriptions[0].subscriptionId',
    );
  });

  it('refuses a service principal of a principal it does not know', () => {
    const customer = { ...aCustomer(1), servicePrincipal: { principal: 'other', objectId: palLinkId } };

    expect(() => parse(anEstate({ customers: [customer] }))).toThrow(
      'customers[0].servicePrincipal.principal: no principal is named other',
    );
  });

  it('allows a wanted partner ID that nobody knows', () => {
    const estate = anEstate();
    estate.principals[0]!.wantedPartnerId = '999';

    expect(parse(estate).principals[0]?.wantedPartnerId).toBe('999');
  });

  it('takes quota null for none at all, and a null field for one limit that is off', () => {
    expect(parse(anEstate({ rules: { quota: null } })).rules.quota).toBeNull();
    expect(parse(anEstate({ rules: { quota: { graphPer5s: null } } })).rules.quota).toMatchObject({
      readsPerSecond: 25,
      graphPer5s: null,
    });
  });

  it('refuses a fault that does nothing or has a broken path', () => {
    expect(() => parse(anEstate({ faults: [{ path: '/x' }, { path: '(', status: 500 }] }))).toThrow(
      '  faults[1].path: must be a regular expression',
    );
    expect(() => parse(anEstate({ faults: [{ path: '/x' }] }))).toThrow(
      'faults[0]: needs a status or a kind',
    );
  });

  it('refuses a step that does nothing, and a request that keeps what cannot be asked for', () => {
    const request = { method: 'GET' as const, path: '/tenants', keep: { first: 'items[' } };

    expect(() => parse(anEstate({ timeline: [{ afterMs: 1 }, { requests: [request] }] }))).toThrow(
      '  timeline[0]: needs a patch, events or requests\n' +
        '  timeline[1].requests[0].keep.first: must be a JMESPath expression',
    );
  });

  it('is published as the JSON Schema in docs (run with -u after a change)', async () => {
    const text = `${JSON.stringify(estateJsonSchema(), null, 2)}\n`;

    await expect(text).toMatchFileSnapshot('../../../docs/estate.schema.json');
  });
});
