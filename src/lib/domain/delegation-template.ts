/**
 * The templates a customer deploys to delegate to us, filled in. They are the compiled files of infra/lighthouse, the
 * same that anybody can deploy by hand, so that what is handed out and what is published cannot differ.
 */
import ofResourceGroup from '../../../infra/lighthouse/resource-group.json' with { type: 'json' };
import ofSubscription from '../../../infra/lighthouse/subscription.json' with { type: 'json' };

/** What a delegation to us says. All ids are object ids in our own tenant. */
export interface DelegationTerms {
  readonly managingTenantId: string;
  /** Deployed again under the same name, an offer replaces what it delegated before. */
  readonly offerName: string;
  /** The linked enterprise application; gets Support Request Contributor. */
  readonly linkerObjectId: string;
  /** Gets Reader. */
  readonly observerObjectId: string;
  /** People who may give the access back. */
  readonly engineersGroupObjectId: string;
}

interface Parameter {
  readonly type: string;
  readonly defaultValue?: string;
}

/** An ARM template, deployed at a subscription (`az deployment sub create --template-file …`). */
export interface DelegationTemplate {
  readonly $schema: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly resources: unknown;
}

/**
 * The template that delegates a subscription, or one resource group of it. Every parameter has its value as default, so
 * the customer types nothing; the description of the offer is the template's own.
 */
export function delegationTemplate(
  terms: DelegationTerms,
  resourceGroupName: string | null = null,
): DelegationTemplate {
  const template: DelegationTemplate = resourceGroupName === null ? ofSubscription : ofResourceGroup;
  const values: Readonly<Record<string, string>> = {
    ...terms,
    ...(resourceGroupName === null ? {} : { resourceGroupName }),
  };
  const filled = Object.entries(template.parameters).map(([name, parameter]) => {
    const value = values[name];
    return [name, value === undefined ? parameter : { ...parameter, defaultValue: value }];
  });
  return { ...template, parameters: Object.fromEntries(filled) as DelegationTemplate['parameters'] };
}
