import {
  delegationTemplate,
  grantsOf,
  openParameters,
  type DelegationTemplate,
  type DelegationTerms,
} from './delegation-template.ts';
import type { AuthorizationDiff } from './delegation.ts';
import { deploymentSteps } from './deployment-steps.ts';
import type { Instructions } from './instructions.ts';

/** The published template with our values in it, where nothing is delegated to us yet. */
export interface FirstDelegation {
  readonly kind: 'delegate';
  readonly diff: AuthorizationDiff;
  readonly template: DelegationTemplate;
  readonly instructions: Instructions;
}

/** The setting that would have given a parameter its value. */
const SETTINGS: Readonly<Record<string, string>> = {
  observerObjectId: 'OBSERVER_OBJECT_ID',
  engineersGroupObjectId: 'ENGINEERS_GROUP_OBJECT_ID',
};

/** What begins a delegation of a subscription, or of one resource group of it; `subscriptionId` null for any of them. */
export function firstDelegation(where: {
  readonly tenantId: string;
  readonly subscriptionId: string | null;
  readonly resourceGroup: string | null;
  readonly terms: DelegationTerms;
}): FirstDelegation {
  const { tenantId, subscriptionId, resourceGroup, terms } = where;
  const template = delegationTemplate(terms, resourceGroup);
  const open = openParameters(template);
  const notes = [
    'Nothing that we can see is delegated to us here. Where something is, our observer is missing in it: then add it to that offer instead.',
    `Deploying the offer “${terms.offerName}” again replaces everything it delegates in that subscription.`,
    ...open.map(
      (name) =>
        `The file leaves ${name} open, because our settings do not tell it (${SETTINGS[name] ?? name}): ask us for it.`,
    ),
  ];
  return {
    kind: 'delegate',
    diff: { kept: [], added: grantsOf(terms), removed: [] },
    template,
    instructions: deploymentSteps({ tenantId, subscriptionId, resourceGroup, notes, open }),
  };
}
