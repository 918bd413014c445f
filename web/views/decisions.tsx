import { useEffect } from 'preact/hooks';
import type { ViewProps } from '../view-props.ts';
import { PageHead } from '../parts/frame.tsx';
import { FoundCustomers } from './decisions/found-customers.tsx';
import { HeldSweep } from './decisions/held-sweep.tsx';
import { RoleDecisions } from './decisions/role-decisions.tsx';

/** What only an operator can say: whether bad news is true, whose a customer is, whether a role earns. */
export function DecisionsView(props: ViewProps) {
  const { store } = props;
  useEffect(() => {
    void store.refreshDecisions();
  }, [store]);
  return (
    <>
      <PageHead title="Decisions" />
      <p class="lead">
        What nobody can see from outside, and only an operator can say. Nothing is changed in Azure.
      </p>
      <HeldSweep {...props} />
      <FoundCustomers {...props} />
      <RoleDecisions {...props} />
    </>
  );
}
