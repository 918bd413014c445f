import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listLink, parseRoute, tenantLink } from '../../../web/route.ts';
import { everything } from '../../../web/tenant-view.ts';
import { stateOrder } from '../../../web/words.ts';

const tenantId = '2e322102-0002-4000-8000-000000000002';

describe('the address of a view', () => {
  it('leads to the overview when it is empty', () => {
    expect(['', '#', '#/'].map((hash) => parseRoute(hash).view)).toEqual([
      'overview',
      'overview',
      'overview',
    ]);
  });

  it('leads to a customer, as notices link to it', () => {
    expect(parseRoute(`#/tenants/${tenantId}`)).toEqual({ view: 'tenant', tenantId });
    expect(parseRoute(tenantLink(tenantId.toUpperCase()))).toEqual({ view: 'tenant', tenantId });
  });

  it('says so when there is no such view', () => {
    expect(['#/nothing', '#/links/more', '#/tenants/a/b'].map((hash) => parseRoute(hash).view)).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
  });

  it('keeps every view of the list', () => {
    const view = fc.record({
      states: fc.subarray([...stateOrder]),
      reason: fc.option(fc.string({ minLength: 1 }), { nil: null }),
      search: fc.string(),
      stale: fc.boolean(),
      sort: fc.constantFrom('name', 'state', 'gaps', 'lastGood'),
      descending: fc.boolean(),
    });

    fc.assert(
      fc.property(view, (list) => {
        expect(parseRoute(listLink(list))).toEqual({ view: 'tenants', list });
      }),
    );
  });

  it('is short where everything is shown as usual', () => {
    expect(listLink(everything)).toBe('#/tenants');
  });
});
