import type { FailureKind } from './failure.ts';
import type { LinkReading } from './link.ts';
import type { Principal } from './principal.ts';
import type { QueueName } from './ports.ts';
import type { SweepRecord } from './sweep-record.ts';

/** What one look at a part of the deployment came to. */
export type Sight<T> =
  | { readonly kind: 'seen'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: FailureKind; readonly message: string };

/** What the observer is expected to see of customers delegated by Lighthouse, and what of it is not there. */
export interface ObserverReach {
  readonly tenants: number;
  /** Announced so lately that their delegation may still come. */
  readonly awaited: number;
  /** Tenants of which nothing is visible, by id. */
  readonly unseen: readonly string[];
  /** Expected subscriptions that are not visible, of tenants of which something is. */
  readonly missingSubscriptions: readonly string[];
  /** How many subscriptions are visible at all. */
  readonly visible: number;
}

/** Everything that was looked at. */
export interface DeploymentSight {
  readonly at: Date;
  readonly mode: 'observe' | 'enforce';
  readonly globalPartnerIds: readonly string[];
  /** Null where the settings do not say it. */
  readonly observerObjectId: string | null;
  readonly principals: readonly {
    readonly principal: Principal;
    /** The object its token is made out to, in its home tenant; proven to be of the tenant and the application. */
    readonly token: Sight<string>;
    readonly link: Sight<LinkReading>;
  }[];
  readonly observer: Sight<ObserverReach>;
  readonly tables: Sight<unknown>;
  readonly queues: readonly { readonly queue: QueueName; readonly reached: Sight<unknown> }[];
  /** The time ARM's answer bore. */
  readonly azureTime: Sight<Date>;
  readonly lastSweep: Sight<SweepRecord | null>;
  /** How many messages are parked; counted no further than a thousand. */
  readonly parked: Sight<number>;
  readonly staleAfterMs: number;
}

export const checkVerdicts = ['passed', 'failed', 'could not tell'] as const;

/** One check, for a person. */
export interface Check {
  readonly name: string;
  readonly verdict: (typeof checkVerdicts)[number];
  readonly detail: string;
  /** What to do; null where it passed. */
  readonly remedy: string | null;
}

/** Tokens and Service Bus allow five minutes; this warns before (milliseconds). */
const CLOCK_SKEW_MS = 60_000;

/** What the deployment's parts came to, as checks, always the same ones in the same order. Pure and total. */
export function checksOf(sight: DeploymentSight): Check[] {
  return [
    passed('settings', `They are right, or the app would not have started. MODE is ${sight.mode}.`),
    ...sight.principals.flatMap((one) => [tokenCheck(one), linkCheck(one, sight.globalPartnerIds)]),
    observerCheck(sight.observer, sight.observerObjectId),
    ofSight('tables', sight.tables, TABLES, () => passed('tables', 'They can be read.')),
    ...sight.queues.map(({ queue, reached }) =>
      ofSight(`queue ${queue}`, reached, QUEUES, () => passed(`queue ${queue}`, 'It can be sent to.')),
    ),
    ofSight('clock', sight.azureTime, 'Look again.', (time) => clockCheck(sight.at, time)),
    ofSight('last sweep', sight.lastSweep, TABLES, (last) => sweepCheck(last, sight)),
    ofSight('parked messages', sight.parked, TABLES, parkedCheck),
  ];
}

const TABLES =
  'Give the app’s identity the role Storage Table Data Contributor, and look at TABLES_ENDPOINT.';
const QUEUES =
  'Give the app’s identity the roles Azure Service Bus Data Sender and Receiver on the namespace.';

function passed(name: string, detail: string): Check {
  return { name, verdict: 'passed', detail, remedy: null };
}

function failed(name: string, detail: string, remedy: string): Check {
  return { name, verdict: 'failed', detail, remedy };
}

/** What was refused has failed; what did not answer tells nothing. */
function ofSight<T>(name: string, sight: Sight<T>, remedy: string, judge: (value: T) => Check): Check {
  if (sight.kind === 'seen') return judge(sight.value);
  const passing =
    sight.failure === 'unavailable' || sight.failure === 'throttled' || sight.failure === 'conflict';
  return { name, verdict: passing ? 'could not tell' : 'failed', detail: sight.message, remedy };
}

type PrincipalSight = DeploymentSight['principals'][number];

function tokenCheck({ principal, token }: PrincipalSight): Check {
  const name = `token of ${principal.name}`;
  const remedy =
    'Look at its credential (the federated credential’s issuer, subject and audience) and at PRINCIPAL_APPLICATION_ID.';
  return ofSight(name, token, remedy, (objectId) =>
    objectId === principal.objectId
      ? passed(name, `It is of tenant ${principal.homeTenantId} and object ${objectId}, as the settings say.`)
      : failed(
          name,
          `It is of object ${objectId}, but the settings say ${principal.objectId}.`,
          'Set PRINCIPAL_OBJECT_ID to the object id of the enterprise application (not of the app registration).',
        ),
  );
}

function linkCheck({ principal, link }: PrincipalSight, globalPartnerIds: readonly string[]): Check {
  const name = `link of ${principal.name}`;
  const wanted = principal.wantedPartnerId;
  const remedy = 'Every identity may read its own link: look at its token first, and whether ARM answers.';
  return ofSight(name, link, remedy, (reading) => {
    if (reading === null) {
      return {
        name,
        verdict: 'could not tell',
        detail: `It is not linked, so whether Azure knows the partner ID ${wanted} shows only when it is.`,
        remedy: 'In MODE=enforce the next pass links it; or pal links relink.',
      };
    }
    const { partnerId, partnerName, state } = reading;
    const named = `${partnerId} (${partnerName ?? 'a name Azure does not tell'})`;
    if (globalPartnerIds.includes(partnerId))
      return failed(
        name,
        `It is linked to ${named}, a global account: that earns nothing.`,
        `pal links relink ${principal.name}`,
      );
    if (partnerId !== wanted)
      return failed(
        name,
        `It is linked to ${named}, and ${wanted} is wanted.`,
        `pal links relink ${principal.name}`,
      );
    if (state !== 'Active')
      return failed(name, `It is linked to ${named}, but its state is ${state}.`, 'Look in Partner Center.');
    return passed(name, `It is linked to ${named}, which is no global account by the settings.`);
  });
}

/** So many are named; all of them are in the list of tenants. */
const NAMED = 5;

function observerCheck(reach: Sight<ObserverReach>, objectId: string | null): Check {
  const name = 'observer';
  const who = objectId ? ` (${objectId})` : '';
  const remedy = `Have the observer${who} put into each delegation with Reader: pal tenants list --state not-delegated`;
  const token = 'Look at OBSERVER_IDENTITY_CLIENT_ID, and whether the identity is assigned to the app.';
  return ofSight(name, reach, token, ({ tenants, awaited, unseen, missingSubscriptions, visible }) => {
    const waiting = awaited > 0 ? ` ${awaited} more are awaited.` : '';
    if (unseen.length > 0) {
      const all = unseen.length === tenants ? ' It is probably in no delegation at all.' : '';
      const which = firstOf(unseen);
      return failed(
        name,
        `It sees nothing of ${unseen.length} of ${tenants} tenants: they are not delegated, or it is missing from their delegations.${all} ${which}`,
        remedy,
      );
    }
    if (missingSubscriptions.length > 0) {
      const count = missingSubscriptions.length;
      return failed(
        name,
        `It does not see ${count} of the expected subscriptions. ${firstOf(missingSubscriptions)}`,
        remedy,
      );
    }
    if (tenants === 0 && visible === 0) {
      const detail = `It sees no subscription, and none is expected yet.${waiting}`;
      return { name, verdict: 'could not tell', detail, remedy: 'Register a customer, and look again.' };
    }
    return passed(
      name,
      `It sees ${visible} subscriptions, and something of all ${tenants} tenants.${waiting}`,
    );
  });
}

function firstOf(ids: readonly string[]): string {
  const more = ids.length > NAMED ? `, and ${ids.length - NAMED} more` : '';
  return `${ids.slice(0, NAMED).join(', ')}${more}`;
}

function clockCheck(at: Date, azure: Date): Check {
  const seconds = Math.round(Math.abs(at.getTime() - azure.getTime()) / 1000);
  const detail = `The app’s clock and Azure’s are ${seconds} s apart.`;
  if (seconds * 1000 <= CLOCK_SKEW_MS) return passed('clock', detail);
  return failed('clock', detail, 'Restart the app; tokens are refused from five minutes on.');
}

function sweepCheck(last: SweepRecord | null, { at, staleAfterMs }: DeploymentSight): Check {
  const name = 'last sweep';
  if (!last) {
    const detail = 'No sweep has finished yet.';
    return { name, verdict: 'could not tell', detail, remedy: 'pal sweep start --wait 600' };
  }
  const age = at.getTime() - Date.parse(last.startedAt);
  const when = `${last.sweepId} began ${last.startedAt}`;
  if (age > staleAfterMs)
    return failed(
      name,
      `${when}, which is too long ago.`,
      'Look at SWEEP_SCHEDULE, and at the function start-sweep in the log.',
    );
  if (last.partial)
    return failed(
      name,
      `${when}, and could not read everything.`,
      'The log tells what was refused; pal sweep start --wait 600',
    );
  if (last.heldScopes > 0 && !last.confirmed)
    return failed(
      name,
      `${when}, and holds back the loss of ${last.heldScopes} scopes.`,
      `pal sweep confirm ${last.sweepId}`,
    );
  return passed(name, `${when} and has finished.`);
}

function parkedCheck(count: number): Check {
  const name = 'parked messages';
  if (count === 0) return passed(name, 'There are none.');
  return failed(
    name,
    `There are ${count === 1000 ? 'a thousand or more' : count}.`,
    'pal parked list -o table; mend the cause, then pal parked redrive',
  );
}
