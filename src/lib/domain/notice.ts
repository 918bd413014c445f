import * as z from 'zod';
import { verdicts, type Verdict } from './coverage.ts';

/** What we tell the world: CloudEvents 1.0, structured JSON. Types are versioned; fields are added, never changed. */

const instant = z.iso.datetime();
const id = z.guid();

/** The first few of a list, and how many there are. */
function listed<T extends z.ZodType>(of: T) {
  return z.object({ total: z.int().min(0), listed: z.array(of).max(20) });
}

const page = z
  .url()
  .nullable()
  .describe('The page that tells more; null where the settings name no public address.');
const summary = z.string().describe('The news in one sentence, for people.');
const remedy = z
  .string()
  .nullable()
  .describe('What to do about it, for people; null where nothing is to be done.');

const tenantData = z.object({
  tenantId: id,
  displayName: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  version: z.int().min(1).describe('Rises with every change of the tenant.'),
  state: z
    .object({ from: z.string(), to: z.string() })
    .describe('The tenant’s state before and after, with its links as they are when this is told.'),
  reason: z
    .string()
    .nullable()
    .describe('The verdict or circumstance behind the state after; null where it says it all.'),
  scopes: listed(
    z.object({ scope: z.string(), from: z.enum(verdicts).nullable(), to: z.enum(verdicts).nullable() }),
  ).describe('Scopes whose verdict changed; null: not on record.'),
  endings: listed(z.object({ scope: z.string(), from: instant.nullable(), to: instant.nullable() })).describe(
    'Scopes that earn, and when what makes them earn ends; null: it has no end.',
  ),
  gapsOpened: listed(
    z.object({ scope: z.string(), reason: z.enum(verdicts).nullable(), remedy: z.string().nullable() }),
  ),
  gapsClosed: listed(z.object({ scope: z.string(), reason: z.enum(verdicts), openedAt: instant })),
  causeId: z.string(),
  summary,
  remedy,
  page,
});

const linkStates = z.enum(['unknown', 'linked', 'unlinked', 'linked-elsewhere']);

const linkData = z.object({
  principal: z.string(),
  tenantId: id.describe('The tenant the link is in: the managing tenant, or a customer’s.'),
  objectId: id,
  version: z.int().min(1).describe('Rises with every change of the link.'),
  state: z.object({ from: linkStates, to: linkStates }),
  partnerId: z.string().nullable().describe('The partner ID it shows now; null where it shows none.'),
  trouble: z.string().nullable().describe('Why the link cannot be read or written; null where it can.'),
  causeId: z.string(),
  summary,
  remedy,
  page,
});

const observerData = z.object({
  version: z.int().min(1).describe('Rises with every change of the observer’s sight.'),
  sight: z
    .enum(['lost', 'regained'])
    .describe('Whether the index has begun to refuse the observer, or answers it again.'),
  trouble: z.string().nullable().describe('Why it is refused; null where it is no longer.'),
  causeId: z.string(),
  summary,
  remedy,
  page,
});

const byState = z.record(z.string(), z.int().min(0));
const tenants = z.object({ count: z.int().min(0), first: z.array(z.string()).max(20) });

const sweepData = z.object({
  sweepId: z.string(),
  startedAt: instant,
  finishedAt: instant,
  baseline: z
    .boolean()
    .describe('The first sweep that finished: what it found is told by this summary alone.'),
  partial: z.boolean().describe('The estate could not be read to its end.'),
  blind: z.boolean().describe('Nothing of the estate could be read.'),
  heldScopes: z.int().min(0).describe('Earning scopes whose loss is held back until it is confirmed.'),
  openFollowUps: z.int().min(0),
  states: byState.describe('Tenants by state.'),
  reasons: z
    .record(z.string(), byState)
    .describe('The same by state and then by reason, where there is one.'),
  news: z
    .object({ found: tenants, gone: tenants, earning: tenants, bad: tenants })
    .nullable()
    .describe('What differs from the last finished sweep; null where there is none to compare with.'),
  daysAtRisk: z
    .object({ certain: z.int().min(0), possible: z.int().min(0), neverEarned: z.int().min(0) })
    .nullable()
    .describe('Scope-days of the last 30 UTC days, of all tenants; null where nobody has summed them.'),
  calls: z
    .record(z.string(), z.int().min(0))
    .describe('Calls to Azure the sweep made itself; its passes make their own.'),
  summary,
  remedy,
  page,
});

const messageData = z.object({
  queue: z.string(),
  messageId: z.string(),
  reason: z.string(),
  attempts: z.int().min(0),
  summary,
  remedy,
  page,
});

function event<T extends string, D extends z.ZodType>(type: T, data: D) {
  return z.object({
    specversion: z.literal('1.0'),
    type: z.literal(type),
    id: z.string().min(1).max(256).describe('The same however often this is told.'),
    source: z.string().describe('The installation: urn:pal-autopilot:<managing tenant>.'),
    subject: z.string(),
    time: instant.describe('When it came about.'),
    datacontenttype: z.literal('application/json'),
    data,
  });
}

export const noticeSchemas = {
  tenant: event('pal.tenant.changed.v1', tenantData),
  link: event('pal.link.changed.v1', linkData),
  observer: event('pal.observer.changed.v1', observerData),
  sweep: event('pal.sweep.finished.v1', sweepData),
  message: event('pal.message.parked.v1', messageData),
} as const;

export type TenantNotice = z.infer<(typeof noticeSchemas)['tenant']>;
export type LinkNotice = z.infer<(typeof noticeSchemas)['link']>;
export type ObserverNotice = z.infer<(typeof noticeSchemas)['observer']>;
export type SweepNotice = z.infer<(typeof noticeSchemas)['sweep']>;
export type MessageNotice = z.infer<(typeof noticeSchemas)['message']>;
export type Notice = TenantNotice | LinkNotice | ObserverNotice | SweepNotice | MessageNotice;

/** What to do about a verdict, in one sentence; null where nothing is to be done. */
export function remedyHint(verdict: Verdict | null): string | null {
  return verdict === null ? null : HINTS[verdict];
}

const HINTS: Readonly<Record<Verdict, string | null>> = {
  earning: null,
  'subscription-inactive': null,
  'role-unknown': 'Decide once whether the role earns.',
  'role-not-eligible':
    'Deploy the offer again with a role that earns, such as Support Request Contributor, beside all it has now.',
  'eligible-only': 'Make the authorization permanent: just-in-time access does not count.',
  'other-principal': 'Deploy the offer again with the principal that is linked to this partner ID.',
  'wrong-object-id':
    'Deploy the offer again with the object id of the enterprise application, not its application id or a former one.',
  'principal-missing': 'Deploy the offer again with the principal beside all it has now.',
  'delegation-not-ready':
    'See in the customer’s Azure portal why the deployment of the delegation did not finish.',
  'not-visible':
    'Ask the customer whether the subscription is delegated, and whether our observer is in the delegation.',
  gone: 'The delegation was removed: ask the customer to accept the offer again.',
};
