import type { TenantShown } from '../../../lib/domain/listed-standing.ts';
import type { Verdict } from '../../../lib/domain/coverage.ts';
import type { TenantState } from '../../../lib/domain/tenant-state.ts';

const ABOUT_STATE: Readonly<Partial<Record<TenantState, string>>> = {
  'needs-person':
    'A person has to sign in to the customer’s directory with the account we were given there, and link the partner ID by hand.',
  automatic:
    'CSP access (AOBO) is recognised by Microsoft without a link. Nobody here can verify it: look at the Partner Center report.',
  unobserved: 'It could not be read yet. The failure says why; it is looked at again by itself.',
  'awaiting-delegation':
    'Nothing is delegated to us yet. Wait, or remind the customer to deploy the delegation.',
  'not-delegated':
    'Nothing is delegated to us, or the delegation leaves out our observer. Have the customer deploy the current template.',
  'linked-elsewhere':
    'The principal is linked to another partner ID, and nothing was overwritten. Find out whose it is before it is replaced.',
  unlinked:
    'The principal is not linked to the partner ID. In observe mode nothing is written: switch to enforce.',
};

const ABOUT_VERDICT: Readonly<Partial<Record<Verdict, string>>> = {
  'role-not-eligible':
    'The principal’s role earns nothing. Have the customer add one that does; Support Request Contributor is the least.',
  'role-unknown': 'A role is not in Partner Center’s table. Decide it once, under unknown roles.',
  'eligible-only': 'Access is just-in-time, which does not count. Have the customer make it permanent.',
  'other-principal': 'Another of our principals is delegated. Have the customer name the expected one.',
  'wrong-object-id':
    'The delegation names an application id, or an object id that is gone. It has to name the object id of the enterprise application.',
  'principal-missing':
    'The delegation leaves out the principal. Have the customer deploy the current template.',
  'delegation-not-ready': 'The delegation was not deployed to its end. Have the customer deploy it again.',
  'subscription-inactive': 'A subscription is disabled. Nothing earns on it until the customer enables it.',
  'not-visible': 'An expected subscription is seen by nobody. Ask the customer whether it was delegated.',
  gone: 'A delegation was removed. Ask the customer whether that was meant; if not, deploy it again.',
};

/** What a person can do about a tenant, in plain words; nothing where all is well, or where nobody is to act. */
export function instructionsFor({ standing, record }: TenantShown): string[] {
  const { state } = standing;
  if (state === 'offboarded' || state === 'excluded' || state === 'earning') return [];
  const verdicts = [...new Set(record.scopes.map(({ verdict }) => verdict))];
  const told = [ABOUT_STATE[state], ...verdicts.map((verdict) => ABOUT_VERDICT[verdict])];
  return told.filter((words) => words !== undefined);
}
