import * as z from 'zod';
import { agreements } from './agreement.ts';
import { guid } from './guid.ts';
import { scopeOf } from './scope.ts';
import { accessKinds, type Presence, type ToldFacts } from './tenant.ts';

/** The onboarding events this product takes (CloudEvents `type`). */
const onboardingTypes = [
  'pal.tenant.onboarded.v1',
  'pal.tenant.changed.v1',
  'pal.tenant.offboarded.v1',
] as const;

const presences: Readonly<Record<(typeof onboardingTypes)[number], Presence>> = {
  'pal.tenant.onboarded.v1': 'onboarded',
  'pal.tenant.changed.v1': 'unsaid',
  'pal.tenant.offboarded.v1': 'offboarded',
};

/** So many agreements of single subscriptions one event tells at most; more come in several events. */
const MAX_AGREEMENTS = 1_000;
/** So much of a name is kept. */
const NAME_LENGTH = 256;

/** Text that can be sent on: half a character, which JSON can hold and UTF-8 cannot, becomes the sign for one. */
const text = () => z.string().overwrite((written) => written.toWellFormed());

/** A name's beginning, cut between characters. */
function nameIn(text: string): string | undefined {
  const name = text.slice(0, NAME_LENGTH).replace(/[\uD800-\uDBFF]$/, '');
  return name.trim() === '' ? undefined : name;
}

/**
 * The `data` of an onboarding event, or the whole message where no envelope is used. Unknown fields are ignored and
 * counted: systems add fields, and an onboarding must not fail for it.
 */
export const onboardingData = z.object({
  tenantId: guid.describe('The customer’s Entra tenant id.'),
  displayName: text()
    .transform(nameIn)
    .optional()
    .describe('What the customer is called; blank says nothing.'),
  accessKinds: z
    .array(z.enum(accessKinds))
    .min(1)
    .overwrite((kinds) => [...new Set(kinds)])
    .optional(),
  accessKind: z.enum(accessKinds).optional().describe('Short for accessKinds with one element.'),
  agreement: z
    .enum(agreements)
    .optional()
    .describe('How the customer buys its subscriptions, where nothing is told of a single one.'),
  subscriptionAgreements: z
    .record(guid, z.enum(agreements))
    .refine((told) => Object.keys(told).length <= MAX_AGREEMENTS, `has more than ${MAX_AGREEMENTS} entries`)
    .optional()
    .describe(
      'Agreements of single subscriptions, by subscription id; they go before the tenant’s, and each is kept by itself.',
    ),
  subscriptionIds: z.array(guid).max(2_000).optional().describe('Subscriptions expected to be delegated.'),
  principal: text()
    .min(1)
    .max(64)
    .optional()
    .describe('Name of the principal to be linked for this customer.'),
  servicePrincipalObjectId: guid.optional(),
  tags: z.record(text().min(1).max(64), text().max(256)).optional(),
  requestedBy: text().max(256).optional(),
});

/** The CloudEvents 1.0 envelope, structured mode, as this product takes it. */
export const onboardingEvent = z.object({
  specversion: z.literal('1.0'),
  type: z.enum(onboardingTypes),
  source: z.string().min(1),
  id: z.string().min(1).max(256),
  time: z.iso.datetime({ offset: true }).optional(),
  data: onboardingData,
});

/** What a message on the onboarding queue means. */
export type Onboarding =
  | {
      readonly kind: 'registration';
      readonly tenantId: string;
      readonly facts: ToldFacts;
      readonly presence: Presence;
      /** The envelope's id, or null for bare data. */
      readonly eventId: string | null;
      readonly source: string | null;
      readonly time: Date | null;
      readonly unknownFields: number;
    }
  /** A delegation was written or deleted somewhere: only a reason to look. */
  | {
      readonly kind: 'delegation-hint';
      readonly tenantId: string;
      readonly eventId: string;
      readonly source: string;
    };

/** Why a message cannot be processed: a sentence for the person who finds it parked. */
export type Unprocessable = { readonly kind: 'unprocessable'; readonly reason: string };

/** Largest body that is looked at; more than Service Bus Standard delivers is never one onboarding event. */
const MAX_BYTES = 200 * 1024;

/**
 * Reads the bytes of an onboarding message: a CloudEvent, its bare data, or an Event Grid event about a Lighthouse
 * delegation (either schema; an array of one is taken as its element). A byte order mark is accepted. Never throws.
 */
export function parseOnboarding(bytes: Uint8Array, managingTenantId: string): Onboarding | Unprocessable {
  if (bytes.length === 0)
    return unprocessable('The message body is empty; an onboarding event is a JSON object.');
  if (bytes.length > MAX_BYTES) {
    return unprocessable(
      `The message body has ${bytes.length} bytes; an onboarding event has at most ${MAX_BYTES}.`,
    );
  }
  const value = parseJson(bytes);
  if (value === undefined) return unprocessable('The message body is not valid JSON in UTF-8.');
  const object: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (!isObject(object)) return unprocessable('The message body is JSON, but not an object.');

  const parsed = parseObject(object);
  if (parsed.kind !== 'unprocessable' && parsed.tenantId === managingTenantId.toLowerCase()) {
    return unprocessable(
      'The tenant id is the managing tenant’s own; only customers’ tenants can be onboarded.',
    );
  }
  return parsed;
}

function parseObject(object: Record<string, unknown>): Onboarding | Unprocessable {
  const eventType = object['eventType'] ?? object['type'];
  if (typeof eventType === 'string' && eventType.startsWith('Microsoft.'))
    return parseDelegationHint(object, eventType);
  const enveloped =
    'specversion' in object || (typeof eventType === 'string' && eventType.startsWith('pal.'));
  if (!enveloped && !('type' in object && 'data' in object)) return parseBareData(object);
  if (typeof eventType !== 'string' || !isOnboardingType(eventType)) {
    return unprocessable(`The event type ${quoted(eventType)} is not one of ${onboardingTypes.join(', ')}.`);
  }
  const event = onboardingEvent.safeParse(withoutNulls(object));
  if (!event.success) return unprocessable(`The event is not as agreed: ${issuesOf(event.error)}.`);
  return {
    ...registration(event.data.data, isObject(object['data']) ? object['data'] : {}),
    presence: presences[event.data.type],
    eventId: event.data.id,
    source: event.data.source,
    time: event.data.time ? new Date(event.data.time) : null,
  };
}

function parseBareData(object: Record<string, unknown>): Onboarding | Unprocessable {
  const data = onboardingData.safeParse(withoutNulls(object));
  if (!data.success) return unprocessable(`The onboarding data is not as agreed: ${issuesOf(data.error)}.`);
  return {
    ...registration(data.data, object),
    presence: 'onboarded',
    eventId: null,
    source: null,
    time: null,
  };
}

function registration(data: z.infer<typeof onboardingData>, raw: Record<string, unknown>) {
  const { tenantId, accessKind, accessKinds: kinds, subscriptionIds, ...rest } = data;
  const facts: ToldFacts = {
    ...rest,
    ...(kinds || accessKind ? { accessKinds: kinds ?? (accessKind ? [accessKind] : []) } : {}),
    ...(subscriptionIds ? { subscriptionIds: [...new Set(subscriptionIds)] } : {}),
  };
  const unknownFields = Object.keys(raw).filter((name) => !(name in onboardingData.shape)).length;
  return { kind: 'registration' as const, tenantId, facts, unknownFields };
}

const delegationHint = z.object({
  id: z.string().min(1),
  subject: z.string().optional(),
  source: z.string().optional(),
  topic: z.string().optional(),
  data: z.object({
    resourceUri: z.string().optional(),
    tenantId: guid,
    operationName: z.string().optional(),
  }),
});

const DELEGATION_EVENTS = new Set([
  'Microsoft.Resources.ResourceWriteSuccess',
  'Microsoft.Resources.ResourceDeleteSuccess',
]);

/** Event Grid events of a customer's subscription, in its own schema or as CloudEvents (source: Azure's event schema). */
function parseDelegationHint(object: Record<string, unknown>, eventType: string): Onboarding | Unprocessable {
  if (!DELEGATION_EVENTS.has(eventType)) {
    return unprocessable(`The Event Grid event type ${quoted(eventType)} is not about a delegation.`);
  }
  const hint = delegationHint.safeParse(object);
  if (!hint.success)
    return unprocessable(`The Event Grid event is not as expected: ${issuesOf(hint.error)}.`);
  const resource = hint.data.data.resourceUri ?? hint.data.subject ?? '';
  if (!/\/providers\/Microsoft\.ManagedServices\/registrationAssignments(\/|$)/i.test(resource)) {
    return unprocessable('The Event Grid event is not about a Lighthouse registration assignment.');
  }
  const source = hint.data.source ?? hint.data.topic ?? scopeOf(resource)?.id ?? 'event-grid';
  return { kind: 'delegation-hint', tenantId: hint.data.data.tenantId, eventId: hint.data.id, source };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    // The decoder drops a byte order mark and refuses bytes that are not UTF-8.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Many serialisers write null for a field that says nothing. */
function withoutNulls(object: Record<string, unknown>): Record<string, unknown> {
  const said = Object.entries(object).filter(([, value]) => value !== null);
  return Object.fromEntries(
    said.map(([name, value]) => [name, isObject(value) ? withoutNulls(value) : value]),
  );
}

function isOnboardingType(type: string): type is (typeof onboardingTypes)[number] {
  return (onboardingTypes as readonly string[]).includes(type);
}

function unprocessable(reason: string): Unprocessable {
  return { kind: 'unprocessable', reason };
}

function issuesOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(
      (issue) =>
        `${issue.path.join('.') || 'body'} ${issue.code === 'invalid_type' ? 'is missing or of the wrong type' : lowerFirst(issue.message)}`,
    )
    .join('; ');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `“${value.slice(0, 80)}”` : '(missing)';
}
