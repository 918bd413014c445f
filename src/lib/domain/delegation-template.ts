/**
 * The templates a customer deploys to delegate to us, filled in. They are the compiled files of infra/lighthouse, the
 * same that anybody can deploy by hand, so that what is handed out and what is published cannot differ.
 */
import ofResourceGroup from '../../../infra/lighthouse/resource-group.json' with { type: 'json' };
import ofSubscription from '../../../infra/lighthouse/subscription.json' with { type: 'json' };
import { literal } from './delegation-deployment.ts';
import type { Authorization } from './delegation.ts';
import { ourRoles } from './role-table.ts';

/** What a delegation to us says. All ids are object ids in our own tenant; null is what the settings do not say. */
export interface DelegationTerms {
  readonly managingTenantId: string;
  /** Deployed again under the same name, an offer replaces what it delegated before. */
  readonly offerName: string;
  /** The linked enterprise application; gets Support Request Contributor. */
  readonly linkerObjectId: string;
  /** Gets Reader. */
  readonly observerObjectId: string | null;
  /** People who may give the access back. */
  readonly engineersGroupObjectId: string | null;
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
 * The template that delegates a subscription, or one resource group of it. Every parameter that the terms tell has its
 * value as default, so that the customer types nothing; the description of the offer is the template's own.
 */
export function delegationTemplate(
  terms: DelegationTerms,
  resourceGroupName: string | null = null,
): DelegationTemplate {
  const template: DelegationTemplate = resourceGroupName === null ? ofSubscription : ofResourceGroup;
  const values: Readonly<Record<string, string | null>> = { ...terms, resourceGroupName };
  const filled = Object.entries(template.parameters).map(([name, parameter]) => {
    const value = values[name] ?? null;
    return [name, value === null ? parameter : { ...parameter, defaultValue: literal(value) }];
  });
  return { ...template, parameters: Object.fromEntries(filled) as DelegationTemplate['parameters'] };
}

/** The parameters that have no value yet: whoever deploys has to give them. */
export function openParameters({ parameters }: DelegationTemplate): string[] {
  return Object.keys(parameters).filter((name) => parameters[name]?.defaultValue === undefined);
}

/** What the template grants, as far as the terms say to whom. */
export function grantsOf(terms: DelegationTerms): Authorization[] {
  const grants = [
    {
      principalId: terms.linkerObjectId,
      principalName: 'PAL Autopilot: linked identity',
      roleId: ourRoles.supportRequestContributor,
    },
    {
      principalId: terms.observerObjectId,
      principalName: 'PAL Autopilot: observer',
      roleId: ourRoles.reader,
    },
    {
      principalId: terms.engineersGroupObjectId,
      principalName: 'Engineers who may remove this delegation',
      roleId: ourRoles.assignmentDelete,
    },
  ];
  return grants.flatMap(({ principalId, ...grant }) => (principalId ? [{ principalId, ...grant }] : []));
}
