/** What the handlers of ARM share: the call, its caller, the estate as it is now, and the way to a subscription. */
import { accessTo, type Access } from './access.ts';
import type { PlacedSubscription } from './estate-view.ts';
import { armError, type Answer, type Call, type Caller } from './exchange.ts';
import type { LiveEstate } from './live-estate.ts';
import type { Parameters } from './route.ts';

export interface ArmContext {
  readonly call: Call;
  readonly caller: Caller;
  readonly parameters: Parameters;
  readonly live: LiveEstate;
  /** The simulator's own address, for links to next pages. */
  readonly url: string;
  readonly pageSize: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type ArmHandler = (context: ArmContext) => Answer;

export interface Opened {
  readonly placed: PlacedSubscription;
  readonly access: Access;
}

/** Lets a handler in only when the caller sees the subscription in the path, and may read the scope it asks for. */
export function inSubscription(handler: (context: ArmContext, opened: Opened) => Answer): ArmHandler {
  return (context) => {
    const opened = openSubscription(context);
    return 'status' in opened ? opened : handler(context, opened);
  };
}

/** As `inSubscription`, but listing the subscription is enough: its own record shows with any access inside it. */
export function openSubscription(context: ArmContext): Opened | Answer {
  const { live, caller, parameters, now } = context;
  const subscriptionId = (parameters['subscriptionId'] ?? '').toLowerCase();
  const placed = live.current().bySubscription.get(subscriptionId);
  const access = placed && accessTo(live.current(), caller, placed, now);
  return placed && access ? { placed, access } : refuseUnseen(context, subscriptionId);
}

/** The refusal of a scope inside a subscription that the caller does see. */
export function forbidden({ caller }: ArmContext, action: string, scope: string): Answer {
  return armError(
    403,
    'AuthorizationFailed',
    `The client '${caller.objectId}' with object id '${caller.objectId}' does not have authorization to perform ` +
      `action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please ` +
      'refresh your credentials.',
  );
}

function refuseUnseen(context: ArmContext, subscriptionId: string): Answer {
  const { live, caller } = context;
  const tenantId = live.tenantOf(subscriptionId);
  const notFound = armError(
    404,
    'SubscriptionNotFound',
    `The subscription '${subscriptionId}' could not be found.`,
  );
  if (tenantId === undefined) return notFound;
  const { afterRemoval } = live.current().estate.rules;
  if (afterRemoval === '404') return notFound;
  const action = 'Microsoft.Resources/subscriptions/read';
  // A token of the subscription's own tenant is never from the wrong issuer.
  if (afterRemoval === '403' || tenantId === caller.tenantId) {
    return forbidden(context, action, `/subscriptions/${subscriptionId}`);
  }
  return armError(
    401,
    'InvalidAuthenticationTokenTenant',
    `The access token is from the wrong issuer 'https://sts.windows.net/${caller.tenantId}/'. It must match the ` +
      `tenant 'https://sts.windows.net/${tenantId}/' associated with this subscription. Please use the authority ` +
      `(URL) 'https://login.windows.net/${tenantId}' to get the token. Note, if the subscription is transferred to ` +
      'another tenant there is no impact to the services, but information about new tenant could take time to ' +
      'propagate (up to an hour). If you just transferred your subscription and see this error message, please try ' +
      'back later.',
    {
      'www-authenticate':
        `Bearer authorization_uri="https://login.windows.net/${tenantId}", error="invalid_token", ` +
        'error_description="The access token is from the wrong issuer. It must match the tenant associated with this ' +
        'subscription. Please use correct authority to get the token."',
    },
  );
}

/** One page of a list, with the link to the next. */
export function paged(context: ArmContext, items: readonly unknown[]): Answer {
  const { call, url, pageSize } = context;
  const from = Number(call.query('$skiptoken') ?? '0') || 0;
  const until = from + pageSize;
  const query = new URLSearchParams(call.target.slice(call.path.length));
  query.delete('$skiptoken');
  const nextLink = `${url}${call.path}?${query.toString()}&%24skiptoken=${until}`;
  return {
    status: 200,
    body: { value: items.slice(from, until), ...(until < items.length ? { nextLink } : {}) },
  };
}
