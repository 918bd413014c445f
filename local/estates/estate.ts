/**
 * The estate file: one description of a partner's Azure that feeds the demo, the tests and the benchmarks alike.
 * Unknown fields are errors that name their path; everything but the four leading parts has a default.
 */
import { readFileSync } from 'node:fs';
import { compile } from '@jmespath-community/jmespath';
import { z } from 'zod';

const guid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'must be a GUID')
  .toLowerCase();
const partnerId = z.string().regex(/^\d+$/, 'must be a string of digits');
const milliseconds = z.number().int().min(0);
const link = z.strictObject({ partnerId }).nullable().default(null);

const authorization = z.strictObject({
  // Kept as written: the product has to compare ids without case, and roles by their last segment.
  principalId: z.string().min(1),
  roleDefinitionId: z.string().min(1),
  principalIdDisplayName: z.string().optional(),
  delegatedRoleDefinitionIds: z.array(z.string()).optional(),
});

const eligibleAuthorization = z.strictObject({
  principalId: z.string().min(1),
  roleDefinitionId: z.string().min(1),
  principalIdDisplayName: z.string().optional(),
  justInTimeAccessPolicy: z.looseObject({}).optional(),
});

const delegation = z.strictObject({
  resourceGroup: z.string().min(1).nullable().default(null).describe('null: the whole subscription'),
  hidden: z.boolean().default(false).describe('the observer is not part of this delegation'),
  managedByTenantId: guid.optional().describe('default: the managing tenant'),
  offer: z.string().default('Managed service'),
  plan: z.looseObject({}).nullable().default(null).describe('only Marketplace offers have one'),
  provisioningState: z.string().min(1).default('Succeeded'),
  authorizations: z.array(authorization).default([]),
  eligibleAuthorizations: z.array(eligibleAuthorization).default([]),
});

const subscription = z.strictObject({
  subscriptionId: guid,
  displayName: z.string().optional().describe('default: the subscription id'),
  state: z.string().min(1).default('Enabled'),
  quotaId: z.string().default('CSP_2015-05-01'),
  projected: z
    .boolean()
    .default(false)
    .describe(
      'the observer sees it without a delegation, as it does those of Databricks and managed applications',
    ),
  delegations: z.array(delegation).default([]),
});

const role = z.strictObject({
  scope: z.string().min(1),
  roleDefinitionId: z.string().min(1),
  endDateTime: z.iso
    .datetime()
    .nullable()
    .default(null)
    .describe('the role is held until then; null: for good'),
  assignmentType: z
    .enum(['Assigned', 'Activated'])
    .default('Assigned')
    .describe('Activated: taken just in time by who is eligible for it'),
  condition: z.string().min(1).nullable().default(null),
});

const servicePrincipal = z.strictObject({
  principal: z.string().describe('the name of one of the principals'),
  objectId: guid,
  link,
  roles: z.array(role).default([]),
});

const customer = z.strictObject({
  tenantId: guid,
  displayName: z.string().optional().describe('default: the tenant id; kept verbatim'),
  onboard: z.boolean().default(true).describe('send a pal.tenant.onboarded.v1 event for it'),
  event: z.looseObject({}).default({}).describe('further data of that event'),
  servicePrincipal: servicePrincipal.nullable().default(null),
  pimLicensed: z
    .boolean()
    .default(true)
    .describe('false: no licence for Privileged Identity Management, so nobody is told when roles end'),
  subscriptions: z.array(subscription).default([]),
});

const principal = z.strictObject({
  name: z.string().min(1),
  objectId: guid,
  applicationId: guid,
  wantedPartnerId: partnerId.nullable().default(null).describe('may be unknown: then a PUT is refused'),
  link,
  secret: z.string().min(1).optional().describe('default: generated at each start'),
});

const fault = z
  .strictObject({
    method: z.string().optional().describe('default: every method'),
    path: z
      .string()
      .default('')
      .refine(isPattern, 'must be a regular expression')
      .describe('regular expression over path and query, without case; Entra paths too'),
    tenantId: guid.optional().describe('only calls of ARM with a token for this tenant; default: every call'),
    skip: z.number().int().min(0).default(0),
    times: z.number().int().min(1).nullable().default(1).describe('null: for ever'),
    status: z.number().int().min(100).max(599).optional(),
    headers: z.record(z.string(), z.union([z.string(), z.number().transform(String)])).default({}),
    body: z.unknown().optional().describe('default: the error body Azure gives for that status'),
    kind: z.enum(['hang', 'reset', 'malformed']).optional(),
  })
  .refine((one) => one.status !== undefined || one.kind !== undefined, 'needs a status or a kind');

const limit = (usual: number) => z.number().positive().nullable().default(usual);

const quota = z.strictObject({
  readsPerSecond: limit(25),
  readBucket: limit(250),
  writesPerSecond: limit(10),
  writeBucket: limit(200),
  graphPer5s: limit(15),
});

const rules = z.strictObject({
  putWhenLinked: z
    .enum(['conflict', 'ok'])
    .default('conflict')
    .describe('what a PUT answers while another partner ID is linked; nobody recorded it'),
  afterRemoval: z
    .union([z.enum(['401', '403', '404']), z.literal([401, 403, 404]).transform(toAfterRemoval)])
    .default('401')
    .describe('what a direct read of a subscription answers that the caller cannot see (any more)'),
  quota: quota.nullable().prefault({}).describe('null: no quotas; a field null: that limit is off'),
  graphSubscriptionLimit: limit(10_000).describe(
    'how many subscriptions a Resource Graph query looks through that names none; null: all',
  ),
  graphRowsPerPage: z
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(1_000)
    .describe('the most rows Resource Graph puts in a page, however many are asked for'),
});

const latencyMs = z.strictObject({
  token: milliseconds.default(0),
  read: milliseconds.default(0),
  write: milliseconds.default(0),
  graph: milliseconds.default(0),
});

const event = z.union([z.looseObject({}), z.string()]);

const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z
    .string()
    .startsWith('/')
    .describe(
      'of the HTTP API, as in /tenants?top=10. In it and in the texts of the body, {name} stands for what an ' +
        'earlier request has kept, {now} for the time, {now+5000} and {now-5000} for milliseconds after and before',
    ),
  body: z.unknown().optional().describe('sent as JSON'),
  keep: z
    .record(z.string().regex(/^[a-z]\w*$/i), z.string().refine(isQuery, 'must be a JMESPath expression'))
    .default({})
    .describe('what of the answer later requests need, by name: JMESPath expressions'),
  status: z
    .number()
    .int()
    .min(200)
    .max(599)
    .optional()
    .describe('what it has to be answered with; default: any success. Else the run ends with exit code 1'),
});

const step = z
  .strictObject({
    afterMs: milliseconds
      .optional()
      .describe(
        'counted from the start, or from the latest step above that has none. Without it, the step waits for all ' +
          'steps above and until every message is settled',
      ),
    patch: z.looseObject({}).optional().describe('a change of the estate'),
    events: z.array(event).default([]).describe('then these bodies go to the onboarding queue'),
    requests: z
      .array(request)
      .default([])
      .describe('then an operator makes these calls, one after the other; their answers are in the report'),
  })
  .refine(
    ({ patch, events, requests }) => patch !== undefined || events.length + requests.length > 0,
    'needs a patch, events or requests',
  );

/** The schema of an estate file, before its parts are checked against each other. */
export const EstateFile = z.strictObject({
  $schema: z.string().optional(),
  managingTenant: z.strictObject({
    tenantId: guid,
    displayName: z.string().optional().describe('default: the tenant id'),
  }),
  partnerIds: z.array(
    z.strictObject({
      id: partnerId,
      name: z.string().optional(),
      kind: z.enum(['location', 'global']).default('location'),
    }),
  ),
  observer: z.strictObject({ objectId: guid }).optional().describe('default: a stable made-up object id'),
  principals: z.array(principal),
  customers: z.array(customer),
  events: z
    .array(event)
    .default([])
    .describe('further bodies for the onboarding queue: objects as JSON, strings as raw bytes'),
  latencyMs: latencyMs.prefault({}),
  indexLagMs: milliseconds.default(0),
  faults: z.array(fault).default([]),
  timeline: z
    .array(step)
    .default([])
    .describe(
      'what happens while it runs. Patches are JSON merge patches in which customers merge by tenantId, ' +
        'subscriptions by subscriptionId and principals by name, each written as a list or as an object keyed by ' +
        'that id (where null removes the element); every other list is replaced whole',
    ),
  rules: rules.prefault({}),
});

export type Estate = z.output<typeof EstateFile>;
export type Customer = Estate['customers'][number];
export type Role = NonNullable<Customer['servicePrincipal']>['roles'][number];
export type Subscription = Customer['subscriptions'][number];
export type Delegation = Subscription['delegations'][number];
export type Fault = Estate['faults'][number];
export type Step = Estate['timeline'][number];
export type OperatorRequest = Step['requests'][number];
export type Quota = NonNullable<Estate['rules']['quota']>;

/** Reads an estate file. Throws one error that lists every mistake with its path, or says why there is nothing to read. */
export function readEstate(file: string): Estate {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new Error(`The estate ${file} cannot be read: ${why}.`, { cause: error });
  }
  return parseEstate(text, file);
}

/** The estate in the text of a file. Throws one error that lists every mistake with its path. */
export function parseEstate(text: string, fileName: string): Estate {
  return checkEstate(parseJson(text, fileName), fileName);
}

/** Checks an estate that is already JSON, for example one that was just patched. */
export function checkEstate(json: unknown, name: string): Estate {
  const parsed = EstateFile.safeParse(json);
  if (!parsed.success) throw mistakes(name, parsed.error.issues.flatMap(describeIssue));
  const crossed = crossChecks(parsed.data);
  if (crossed.length > 0) throw mistakes(name, crossed);
  return parsed.data;
}

/** The published JSON Schema of the estate file. */
export function estateJsonSchema(): object {
  return z.toJSONSchema(EstateFile, { io: 'input' });
}

function parseJson(text: string, fileName: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw mistakes(fileName, [`not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function mistakes(name: string, lines: readonly string[]): Error {
  return new Error([`${name} is not a valid estate file:`, ...lines.map((line) => `  ${line}`)].join('\n'));
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const path = pathText(issue.path);
  if (issue.code !== 'unrecognized_keys') return [`${path || 'the file'}: ${issue.message}`];
  return issue.keys.map((key) => `${pathText([...issue.path, key])}: unknown field`);
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function crossChecks(estate: Estate): string[] {
  const subscriptions = estate.customers.flatMap((one, at) =>
    one.subscriptions.map((sub, subAt) => ({
      path: `customers[${at}].subscriptions[${subAt}].subscriptionId`,
      value: sub.subscriptionId,
    })),
  );
  const names = new Set(estate.principals.map((one) => one.name));
  return [
    ...duplicates(listOf(estate.partnerIds, 'partnerIds', 'id')),
    ...duplicates(listOf(estate.principals, 'principals', 'name')),
    ...duplicates(listOf(estate.principals, 'principals', 'objectId')),
    ...duplicates(listOf(estate.principals, 'principals', 'applicationId')),
    ...duplicates(listOf(estate.customers, 'customers', 'tenantId')),
    ...duplicates(subscriptions),
    ...estate.customers.flatMap((one, at) =>
      one.servicePrincipal && !names.has(one.servicePrincipal.principal)
        ? [
            `customers[${at}].servicePrincipal.principal: no principal is named ${one.servicePrincipal.principal}`,
          ]
        : [],
    ),
  ];
}

interface Placed {
  readonly path: string;
  readonly value: string;
}

function listOf<K extends string>(list: readonly Record<K, string>[], path: string, key: K): Placed[] {
  return list.map((one, at) => ({ path: `${path}[${at}].${key}`, value: one[key] }));
}

function duplicates(placed: readonly Placed[]): string[] {
  const first = new Map<string, string>();
  return placed.flatMap(({ path, value }) => {
    const before = first.get(value);
    if (before === undefined) first.set(value, path);
    return before === undefined ? [] : [`${path}: ${value} is already at ${before}`];
  });
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'i') instanceof RegExp;
  } catch {
    return false;
  }
}

function isQuery(text: string): boolean {
  try {
    compile(text);
    return true;
  } catch {
    return false;
  }
}

function toAfterRemoval(status: 401 | 403 | 404): '401' | '403' | '404' {
  return `${status}`;
}
