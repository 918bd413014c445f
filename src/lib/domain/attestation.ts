import * as z from 'zod';
import { faultsOf, type Fault } from './fault.ts';
import { guid } from './guid.ts';
import { partnerId } from './partner-id.ts';

/**
 * What a person shows of a link that no pass can read: what `az managementpartner show` or `Get-AzManagementPartner |
 * ConvertTo-Json` prints. It is kept as evidence, until it expires.
 */
export interface Attestation {
  /** The person's object in the customer's tenant. */
  readonly objectId: string;
  readonly partnerId: string;
  readonly partnerName: string | null;
  /** What else was shown; PowerShell shows no version and no times. */
  readonly version: number | null;
  readonly linkCreatedAt: string | null;
  readonly linkUpdatedAt: string | null;
  readonly attestedBy: string;
  /** When the person read the link (ISO instant). */
  readonly attestedAt: string;
  /** From when on it counts no longer (ISO instant). */
  readonly expiresAt: string;
}

/** An attestation as it is sent. `link` is the command's output, as an object or as the text it printed. */
export const attestationInput = z.strictObject({
  attestedBy: z
    .string()
    .trim()
    .min(1, 'must name the person who read the link')
    .max(256)
    .describe('The person who read the link, as colleagues know them.'),
  attestedAt: z.iso
    .datetime({ offset: true, error: 'must be a date and time with its offset, as 2026-03-10T12:00:00Z' })
    .describe('When the person read the link.'),
  link: z
    .union([z.string().max(16_384), z.record(z.string(), z.unknown())], {
      error: 'must be the JSON that az managementpartner show or Get-AzManagementPartner prints',
    })
    .describe('What `az managementpartner show` or `Get-AzManagementPartner | ConvertTo-Json` prints.'),
});

/** What an attestation is held against. */
export interface AttestationRules {
  readonly tenantId: string;
  readonly wantedPartnerId: string;
  /** Identities that are known not to be a person, by object id, each with the words for what it is. */
  readonly notPeople: ReadonlyMap<string, string>;
  /** How long an attestation counts from its reading on (milliseconds). */
  readonly validMs: number;
  readonly now: Date;
}

/** Clocks of people's machines may be this far ahead (milliseconds). */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Checks an attestation field by field; every faulty field is named. Never throws, whatever it is given. */
export function readAttestation(
  input: unknown,
  rules: AttestationRules,
): { readonly attestation: Attestation } | { readonly faults: readonly Fault[] } {
  const parsed = expectedAttestation(rules).safeParse(input);
  if (!parsed.success) return { faults: faultsOf(parsed.error) };
  const { attestedBy, attestedAt, link } = parsed.data;
  const readAt = Date.parse(attestedAt);
  const updatedAt = link.updatedTime ? Date.parse(link.updatedTime) : null;
  if (updatedAt !== null && updatedAt > readAt + CLOCK_SKEW_MS) {
    return {
      faults: [{ field: 'attestedAt', problem: `is before the link's own updatedTime, ${link.updatedTime}` }],
    };
  }
  return {
    attestation: {
      objectId: link.objectId,
      partnerId: link.partnerId,
      partnerName: link.partnerName ?? null,
      version: link.version ?? null,
      linkCreatedAt: link.createdTime ?? null,
      linkUpdatedAt: link.updatedTime ?? null,
      attestedBy,
      attestedAt: new Date(readAt).toISOString(),
      expiresAt: new Date(readAt + rules.validMs).toISOString(),
    },
  };
}

function expectedAttestation(rules: AttestationRules) {
  const now = rules.now.getTime();
  // What is no date at all has been named by then; it is not called late or early besides.
  const isPast = (text: string) => !(Date.parse(text) > now + CLOCK_SKEW_MS);
  const past = z.iso
    .datetime({ offset: true, error: 'must be a date and time, as Azure prints it' })
    .refine(isPast, 'is in the future');
  const wanted = rules.wantedPartnerId;
  const link = z.object({
    partnerId: partnerId.refine((id) => id === wanted, `is not ${wanted}, which is wanted for this tenant`),
    tenantId: guid.refine(
      (id) => id === rules.tenantId.toLowerCase(),
      `is not ${rules.tenantId}: sign in to the customer's tenant before reading the link`,
    ),
    objectId: guid.superRefine((id, context) => {
      const what = rules.notPeople.get(id);
      if (what) context.addIssue({ code: 'custom', message: `is ${what}, not a person` });
    }),
    state: z
      .string()
      .refine((state) => state.toLowerCase() === 'active', 'is not Active: the link does not stand'),
    partnerName: z.string().max(256).nullish(),
    version: z
      .union([
        z.int().min(0),
        z
          .string()
          .regex(/^\d{1,9}$/)
          .transform(Number),
      ])
      .nullish(),
    createdTime: past.nullish(),
    updatedTime: past.nullish(),
    name: z.literal(wanted, 'names another partner ID than the one wanted').nullish(),
    id: z
      .string()
      .refine((id) => id.split('/').pop() === wanted, 'ends in another partner ID than the one wanted')
      .nullish(),
    type: z
      .string()
      .regex(/^Microsoft\.ManagementPartner\/partners?$/i, 'is not that of a partner link')
      .nullish(),
  });
  return z.strictObject({
    attestedBy: attestationInput.shape.attestedBy,
    attestedAt: attestationInput.shape.attestedAt
      .refine(isPast, 'is in the future')
      .refine(
        (text) => !(Date.parse(text) + rules.validMs <= now),
        'is too long ago to count: read the link again',
      ),
    link: z.preprocess(inOneSpelling, link),
  });
}

const FIELDS = [
  'partnerId',
  'partnerName',
  'tenantId',
  'objectId',
  'state',
  'version',
  'createdTime',
  'updatedTime',
  'name',
  'id',
  'type',
] as const;

/**
 * The link in the one spelling we read: az prints `partnerId`, PowerShell `PartnerId`, and the REST answer keeps most of
 * it under `properties`. Text is parsed first. Only the fields of one of these spellings are looked at.
 */
function inOneSpelling(given: unknown, context: z.RefinementCtx): unknown {
  const shown = typeof given === 'string' ? parseText(given) : given;
  if (!isObject(shown)) {
    context.addIssue({
      code: 'custom',
      message: 'must be the JSON that az managementpartner show or Get-AzManagementPartner prints',
    });
    return z.NEVER;
  }
  const flat = isObject(shown['properties']) ? { ...shown, ...shown['properties'] } : shown;
  const pascal = Object.hasOwn(flat, 'PartnerId') && !Object.hasOwn(flat, 'partnerId');
  const spelt = (field: string) => (pascal ? field.charAt(0).toUpperCase() + field.slice(1) : field);
  return Object.fromEntries(
    FIELDS.filter((field) => Object.hasOwn(flat, spelt(field))).map((field) => [field, flat[spelt(field)]]),
  );
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** People of one customer; more than these are not kept, the longest expired go first. */
const MOST_KEPT = 100;

/**
 * The attestations on record with one more: the newest of each person counts. One that was read no later than what is on
 * record says nothing new; then the list comes back as it was.
 */
export function withAttestation(known: readonly Attestation[], told: Attestation): readonly Attestation[] {
  const earlier = known.find(({ objectId }) => objectId === told.objectId);
  if (earlier && told.attestedAt <= earlier.attestedAt) return known;
  return [told, ...known.filter((other) => other !== earlier)]
    .sort((a, b) => b.attestedAt.localeCompare(a.attestedAt) || a.objectId.localeCompare(b.objectId))
    .slice(0, MOST_KEPT);
}

/** What the attestations of a tenant come to. */
export type AttestationStanding = 'valid' | 'expired' | 'other-partner' | 'none';

/** One valid attestation is enough; one for a partner ID that is no longer wanted does not count. */
export function attestationStanding(
  attestations: readonly Pick<Attestation, 'partnerId' | 'expiresAt'>[],
  wantedPartnerId: string | null,
  now: Date,
): AttestationStanding {
  const wanted = attestations.filter(({ partnerId: id }) => id === wantedPartnerId);
  if (wanted.some(({ expiresAt }) => Date.parse(expiresAt) > now.getTime())) return 'valid';
  if (wanted.length > 0) return 'expired';
  return attestations.length > 0 ? 'other-partner' : 'none';
}
