import { describe, expect, it } from 'vitest';
import { parseOnboarding } from '../../../src/lib/domain/event.ts';
import { ids } from '../../support/delegations.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const parse = (value: unknown) => parseOnboarding(bytes(JSON.stringify(value)), ids.managingTenant);
const parseText = (text: string) => parseOnboarding(bytes(text), ids.managingTenant);

function aCloudEvent(changes: object = {}) {
  return {
    specversion: '1.0',
    type: 'pal.tenant.onboarded.v1',
    source: 'crm',
    id: 'event-1',
    time: '2026-03-01T13:00:00+01:00',
    data: { tenantId: ids.customer, displayName: 'Contoso' },
    ...changes,
  };
}

const assignment = `/subscriptions/50b50b50-0000-4000-8000-000000000001/providers/Microsoft.ManagedServices/registrationAssignments/11111111-0000-4000-8000-000000000001`;

/** An Event Grid event in its own schema. */
function anEventGridEvent(changes: object = {}) {
  return {
    id: 'grid-1',
    topic: '/subscriptions/50b50b50-0000-4000-8000-000000000001',
    subject: assignment,
    eventType: 'Microsoft.Resources.ResourceWriteSuccess',
    eventTime: '2026-03-01T12:00:00Z',
    dataVersion: '2',
    data: {
      tenantId: ids.customer,
      resourceUri: assignment,
      operationName: 'Microsoft.ManagedServices/registrationAssignments/write',
    },
    ...changes,
  };
}

describe('an onboarding message', () => {
  it('is read as a CloudEvent', () => {
    expect(parse(aCloudEvent())).toEqual({
      kind: 'registration',
      tenantId: ids.customer,
      facts: { displayName: 'Contoso' },
      presence: 'onboarded',
      eventId: 'event-1',
      source: 'crm',
      time: new Date('2026-03-01T12:00:00.000Z'),
      unknownFields: 0,
    });
  });

  it('has half characters, which no other system could read, made whole signs', () => {
    const half = '\uD83D';
    const facts = { displayName: `Contoso ${half}`, tags: { [`a${half}`]: `b${half}` }, requestedBy: half };

    expect(parse({ tenantId: ids.customer, ...facts })).toMatchObject({
      facts: { displayName: 'Contoso \uFFFD', tags: { 'a\uFFFD': 'b\uFFFD' }, requestedBy: '\uFFFD' },
    });
  });

  it('has a long name cut between characters', () => {
    const displayName = `${'x'.repeat(255)}😀`;

    expect(parse({ tenantId: ids.customer, displayName })).toMatchObject({
      facts: { displayName: 'x'.repeat(255) },
    });
  });

  it.each(['', ' '])('says nothing of a name that is blank (“%s”)', (displayName) => {
    expect(parse({ tenantId: ids.customer, displayName })).toMatchObject({
      kind: 'registration',
      facts: { displayName: undefined },
    });
  });

  it('names each kind of access once', () => {
    const accessKinds = ['lighthouse', 'csp-aobo', 'lighthouse'];

    expect(parse({ tenantId: ids.customer, accessKinds })).toMatchObject({
      facts: { accessKinds: ['lighthouse', 'csp-aobo'] },
    });
  });

  it.each([
    ['pal.tenant.onboarded.v1', 'onboarded'],
    ['pal.tenant.changed.v1', 'unsaid'],
    ['pal.tenant.offboarded.v1', 'offboarded'],
  ])('of type %s says that the tenant is %s', (type, presence) => {
    expect(parse(aCloudEvent({ type }))).toMatchObject({ presence });
  });

  it('is read as bare data, which onboards', () => {
    expect(parse({ tenantId: ids.customer, displayName: 'Contoso' })).toEqual({
      kind: 'registration',
      tenantId: ids.customer,
      facts: { displayName: 'Contoso' },
      presence: 'onboarded',
      eventId: null,
      source: null,
      time: null,
      unknownFields: 0,
    });
  });

  it('is read out of an array of one', () => {
    expect(parse([aCloudEvent()])).toMatchObject({ kind: 'registration', eventId: 'event-1' });
  });

  it('may begin with a byte order mark', () => {
    expect(parseText(`\uFEFF${JSON.stringify(aCloudEvent())}`)).toMatchObject({ eventId: 'event-1' });
  });

  it('may lack a time', () => {
    expect(parse(aCloudEvent({ time: undefined }))).toMatchObject({ kind: 'registration', time: null });
  });

  it('has its ids put into lower case', () => {
    const subscriptionIds = ['50B50B50-0000-4000-8000-00000000000A', '50b50b50-0000-4000-8000-00000000000a'];
    const data = {
      tenantId: ids.customer.toUpperCase(),
      subscriptionIds,
      servicePrincipalObjectId: ids.pal.toUpperCase(),
    };

    expect(parse(data)).toMatchObject({
      tenantId: ids.customer,
      facts: {
        subscriptionIds: ['50b50b50-0000-4000-8000-00000000000a'],
        servicePrincipalObjectId: ids.pal,
      },
    });
  });

  it('may name one access kind in short', () => {
    expect(parse({ tenantId: ids.customer, accessKind: 'csp-aobo' })).toMatchObject({
      facts: { accessKinds: ['csp-aobo'] },
    });
  });

  it('keeps every fact it tells', () => {
    const facts = {
      displayName: 'Contoso',
      accessKinds: ['lighthouse', 'csp-aobo'],
      agreement: 'azure-plan',
      principal: 'pal-bergen',
      tags: { team: 'north' },
      requestedBy: 'ada@fabrikam.example',
    };

    expect(parse({ tenantId: ids.customer, ...facts })).toMatchObject({ facts });
  });

  it('counts the fields it does not know and is taken all the same', () => {
    const data = { tenantId: ids.customer, salesforceId: '0015', region: 'north' };

    expect(parse(aCloudEvent({ data, comexampleextension: 'x' }))).toMatchObject({
      kind: 'registration',
      unknownFields: 2,
    });
  });
});

describe('an Event Grid event about a delegation', () => {
  const hint = { kind: 'delegation-hint', tenantId: ids.customer, eventId: 'grid-1' };

  it('is a hint in its own schema', () => {
    expect(parse(anEventGridEvent())).toEqual({
      ...hint,
      source: '/subscriptions/50b50b50-0000-4000-8000-000000000001',
    });
  });

  it('is a hint as a CloudEvent', () => {
    const { id, subject, data } = anEventGridEvent();
    const type = 'Microsoft.Resources.ResourceDeleteSuccess';

    expect(parse({ specversion: '1.0', id, subject, data, type, source: '/subscriptions/1' })).toEqual({
      ...hint,
      source: '/subscriptions/1',
    });
  });

  it('is a hint in the array Event Grid delivers', () => {
    expect(parse([anEventGridEvent()])).toMatchObject(hint);
  });

  it('is known by its subject where the data name no resource', () => {
    const data = { tenantId: ids.customer.toUpperCase() };

    expect(parse(anEventGridEvent({ data }))).toMatchObject(hint);
  });

  it('is known in any case, and in a resource group', () => {
    const resourceUri =
      '/SUBSCRIPTIONS/50B50B50-0000-4000-8000-000000000001/RESOURCEGROUPS/WEB/PROVIDERS/MICROSOFT.MANAGEDSERVICES/REGISTRATIONASSIGNMENTS/1';

    expect(parse(anEventGridEvent({ data: { tenantId: ids.customer, resourceUri } }))).toMatchObject(hint);
  });
});

describe('a message that cannot be processed', () => {
  it.each<[string, string, RegExp]>([
    ['is empty', '', /body is empty/],
    ['is no JSON', 'Contoso', /not valid JSON/],
    ['is cut off', '{"tenantId":', /not valid JSON/],
    ['is JSON, but a text', '"Contoso"', /not an object/],
    ['is JSON, but null', 'null', /not an object/],
    ['is an array of two', '[{},{}]', /not an object/],
    ['is an empty array', '[]', /not an object/],
    ['is an array in an array', '[[]]', /not an object/],
    ['is an object without anything', '{}', /tenantId is missing/],
    ['has a tenant id that is a number', '{"tenantId":1}', /tenantId is missing or of the wrong type/],
    ['has a tenant id that is a name', '{"tenantId":"contoso"}', /tenantId must be a GUID/],
  ])('because it %s is answered with a sentence', (_, text, reason) => {
    const parsed = parseText(text);

    expect(parsed).toMatchObject({ kind: 'unprocessable' });
    expect(parsed).toHaveProperty('reason', expect.stringMatching(reason));
    expect(parsed).toHaveProperty('reason', expect.stringMatching(/^[A-Z].*\.$/s));
  });

  it.each<[string, object, RegExp]>([
    ['is of an unknown type', { type: 'pal.tenant.renamed.v1' }, /“pal\.tenant\.renamed\.v1” is not one of/],
    ['is of no type', { type: undefined }, /\(missing\) is not one of/],
    ['is of another version', { specversion: '0.3' }, /specversion/],
    ['has no id', { id: undefined }, /id is missing/],
    ['has an empty id', { id: '' }, /id too small|id /],
    ['has no source', { source: undefined }, /source is missing/],
    ['has no data', { data: undefined }, /data is missing/],
    ['has a time nobody can read', { time: 'yesterday' }, /time/],
    [
      'names an access kind nobody knows',
      { data: { tenantId: ids.customer, accessKind: 'telnet' } },
      /accessKind/,
    ],
    ['names no access kind at all', { data: { tenantId: ids.customer, accessKinds: [] } }, /accessKinds/],
    [
      'expects a subscription that is no GUID',
      { data: { tenantId: ids.customer, subscriptionIds: ['prod'] } },
      /data\.subscriptionIds\.0 must be a GUID/,
    ],
    ['is about the managing tenant', { data: { tenantId: ids.managingTenant } }, /managing tenant’s own/],
    [
      'is about the managing tenant in capitals',
      { data: { tenantId: ids.managingTenant.toUpperCase() } },
      /managing tenant’s own/,
    ],
  ])('because the event %s is answered with a sentence', (_, changes, reason) => {
    const parsed = parse(aCloudEvent(changes));

    expect(parsed).toMatchObject({ kind: 'unprocessable' });
    expect(parsed).toHaveProperty('reason', expect.stringMatching(reason));
    expect(parsed).toHaveProperty('reason', expect.stringMatching(/^[A-Z].*\.$/s));
  });

  it.each<[string, object, RegExp]>([
    [
      'of another type',
      { eventType: 'Microsoft.Storage.BlobCreated' },
      /“Microsoft\.Storage\.BlobCreated” is not about a delegation/,
    ],
    [
      'about another resource',
      {
        subject: undefined,
        data: { tenantId: ids.customer, resourceUri: '/subscriptions/1/resourceGroups/web' },
      },
      /not about a Lighthouse registration assignment/,
    ],
    ['without a tenant', { data: { resourceUri: assignment } }, /data\.tenantId is missing/],
    ['without an id', { id: undefined }, /id is missing/],
  ])('because it is an Event Grid event %s is answered with a sentence', (_, changes, reason) => {
    const parsed = parse(anEventGridEvent(changes));

    expect(parsed).toHaveProperty('reason', expect.stringMatching(reason));
    expect(parsed).toHaveProperty('reason', expect.stringMatching(/^[A-Z].*\.$/s));
  });

  it('because its bytes are not UTF-8 is answered with a sentence', () => {
    const parsed = parseOnboarding(Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]), ids.managingTenant);

    expect(parsed).toEqual({
      kind: 'unprocessable',
      reason: 'The message body is not valid JSON in UTF-8.',
    });
  });

  it('because it is larger than any event is answered with both sizes', () => {
    const parsed = parseOnboarding(new Uint8Array(204_801), ids.managingTenant);

    expect(parsed).toEqual({
      kind: 'unprocessable',
      reason: 'The message body has 204801 bytes; an onboarding event has at most 204800.',
    });
  });

  it('never repeats more than a little of what came in', () => {
    const parsed = parse(aCloudEvent({ type: 'x'.repeat(10_000) }));

    expect(parsed.kind === 'unprocessable' ? parsed.reason.length : 0).toBeLessThan(300);
    expect(parsed.kind).toBe('unprocessable');
  });
});
