import { describe, expect, it } from 'vitest';
import { resourceGroupScope, scopeKey, scopeOf, subscriptionScope } from '../../../src/lib/domain/scope.ts';

const SUBSCRIPTION = '50b50b50-0000-4000-8000-00000000000a';

describe('a scope', () => {
  it('of a subscription is its ARM id in lower case', () => {
    expect(subscriptionScope('50B50B50-0000-4000-8000-00000000000A')).toEqual({
      id: `/subscriptions/${SUBSCRIPTION}`,
      subscriptionId: SUBSCRIPTION,
      resourceGroup: null,
    });
  });

  it('of a resource group keeps the case of the group’s name', () => {
    expect(resourceGroupScope(SUBSCRIPTION, 'Prod-RG')).toEqual({
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/Prod-RG`,
      subscriptionId: SUBSCRIPTION,
      resourceGroup: 'Prod-RG',
    });
  });

  it.each([
    ['a subscription', `/subscriptions/${SUBSCRIPTION}`, null],
    ['a subscription in capitals', `/SUBSCRIPTIONS/${SUBSCRIPTION.toUpperCase()}`, null],
    ['a subscription after two slashes', `//subscriptions/${SUBSCRIPTION}`, null],
    ['a subscription without a slash', `subscriptions/${SUBSCRIPTION}/`, null],
    [
      'an assignment of a subscription',
      `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ManagedServices/registrationAssignments/1`,
      null,
    ],
    ['a resource group', `/subscriptions/${SUBSCRIPTION}/resourceGroups/Web`, 'Web'],
    ['a resource group in small letters', `/subscriptions/${SUBSCRIPTION}/resourcegroups/Web`, 'Web'],
    [
      'an assignment of a resource group',
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/Web/providers/Microsoft.ManagedServices/registrationAssignments/1`,
      'Web',
    ],
  ])('is found in the id of %s', (_, armId, resourceGroup) => {
    expect(scopeOf(armId)).toMatchObject({ subscriptionId: SUBSCRIPTION, resourceGroup });
  });

  it.each([
    ['a management group', '/providers/Microsoft.Management/managementGroups/root'],
    ['a tenant-wide resource', '/providers/Microsoft.ManagementPartner/partners/4681234'],
    ['an empty text', ''],
    ['subscriptions without an id', '/subscriptions/'],
  ])('is not found in the id of %s', (_, armId) => {
    expect(scopeOf(armId)).toBeNull();
  });

  it('has one key for every spelling of its id', () => {
    expect(scopeKey(resourceGroupScope(SUBSCRIPTION, 'Prod-RG'))).toBe(
      scopeKey({ id: `/SUBSCRIPTIONS/${SUBSCRIPTION.toUpperCase()}/resourcegroups/PROD-rg` }),
    );
  });
});
