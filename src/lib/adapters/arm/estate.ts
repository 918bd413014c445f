import type { z } from 'zod';
import type { Access, Estate } from '../../domain/ports.ts';
import type { SubscriptionFacts } from '../../domain/subscription.ts';
import type { ArmClient, ArmResponse } from './arm-client.ts';
import { noAnswer } from './arm-errors.ts';
import { bucketOf, type BucketGate } from './bucket-gate.ts';
import {
  assignmentPage,
  delegationOf,
  factsOf,
  subscription,
  subscriptionPage,
} from './delegation-shapes.ts';

export interface EstateDeps {
  readonly arm: ArmClient;
  readonly gate: BucketGate;
  /** Whose calls these are: the observer's object id, or a name where it is not known. */
  readonly observer: string;
  readonly managingTenantId: string;
}

const NO_ACCESS = [401, 403, 404];

/** Direct reads by the observer. Each subscription has a quota bucket of its own, the listing uses the tenant's. */
export function makeEstate(deps: EstateDeps): Estate {
  const inSubscription = <T>(subscriptionId: string, call: () => Promise<T>) =>
    deps.gate.run(bucketOf(deps.observer, subscriptionId, 'reads'), call);

  // Whoever asks while a listing is under way joins the next one, so that it began after the question.
  let running: Promise<unknown> | null = null;
  let waiting: Promise<ReadonlyMap<string, SubscriptionFacts>> | null = null;
  const listAll = async () => {
    const found = new Map<string, SubscriptionFacts>();
    let path: string | null = '/subscriptions?api-version=2022-12-01';
    while (path) {
      const page: z.infer<typeof subscriptionPage> = await readPage(deps, path);
      for (const read of page.value) found.set(read.subscriptionId.toLowerCase(), factsOf(read));
      path = page.nextLink ?? null;
    }
    return found;
  };

  return {
    delegations: (scope) =>
      inSubscription(scope.subscriptionId, async () => {
        const what = `the delegations of ${scope.id} were read`;
        const delegations = [];
        let path: string | null =
          `${scope.id}/providers/Microsoft.ManagedServices/registrationAssignments` +
          '?$expandRegistrationDefinition=true&api-version=2022-10-01';
        while (path) {
          const response: ArmResponse = await deps.arm({ method: 'GET', path, what, understands: NO_ACCESS });
          if (response.status >= 400) return noAccess(response);
          const page: z.infer<typeof assignmentPage> = parse(assignmentPage, response, what);
          delegations.push(...page.value.map(delegationOf).filter((found) => found !== null));
          path = page.nextLink ?? null;
        }
        return { kind: 'ok', value: delegations };
      }),

    subscription: (subscriptionId) =>
      inSubscription(subscriptionId, async () => {
        const what = `the subscription ${subscriptionId} was read`;
        const path = `/subscriptions/${subscriptionId}?api-version=2022-12-01`;
        const response = await deps.arm({ method: 'GET', path, what, understands: NO_ACCESS });
        if (response.status >= 400) return noAccess(response);
        return { kind: 'ok', value: factsOf(parse(subscription, response, what)) };
      }),

    subscriptions() {
      waiting ??= (async () => {
        await running?.catch(() => undefined);
        const listing = listAll();
        running = listing;
        waiting = null;
        return listing;
      })();
      return waiting;
    },
  };
}

async function readPage(deps: EstateDeps, path: string): Promise<z.infer<typeof subscriptionPage>> {
  const what = 'the subscriptions were listed';
  const bucket = bucketOf(deps.observer, deps.managingTenantId, 'reads');
  const response = await deps.gate.run(bucket, () => deps.arm({ method: 'GET', path, what }));
  return parse(subscriptionPage, response, what);
}

function noAccess(response: ArmResponse): Access<never> {
  return { kind: 'no-access', status: response.status };
}

function parse<T>(schema: z.ZodType<T>, response: ArmResponse, what: string): T {
  const parsed = schema.safeParse(response.body);
  if (parsed.success) return parsed.data;
  throw noAnswer(parsed.error, what);
}
