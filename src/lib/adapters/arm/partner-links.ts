import { ACEProvisioningManagementPartnerAPI, type PartnerResponse } from '@azure/arm-managementpartner';
import type { TokenCredential } from '@azure/core-auth';
import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { LinkReading, ObservedLink } from '../../domain/link.ts';
import type { LinkWriteResult, PartnerLinks } from '../../domain/ports.ts';
import type { Principal } from '../../domain/principal.ts';
import { armFailure, codeOf, noAnswer, type ArmAnswer } from './arm-errors.ts';
import { bucketOf, type BucketGate } from './bucket-gate.ts';

export interface PartnerLinksDeps {
  readonly endpoint: string;
  /** The proven credential of a principal in its home tenant; the same object each time. */
  readonly credentialOf: (principal: Principal) => TokenCredential;
  readonly gate: BucketGate;
  readonly timeoutMs: number;
  readonly clock: () => Date;
}

/** A PAL record as the SDK gives it: only what we rely on. Recorded traffic shows more and less. */
const palRecord = z.object({
  partnerId: z.string().min(1),
  partnerName: z.string().optional(),
  tenantId: z.string().min(1),
  objectId: z.string().min(1),
  state: z.string().default('Active'),
  version: z.coerce.number().default(0),
  updatedTime: z.date().optional(),
});

/** Any other 404 means that the service was not found, not that there is no link. */
const NOT_LINKED = new Set(['ManagementPartnerNotFound', 'NotFound']);

/**
 * Links through `@azure/arm-managementpartner`, without its retries. Reads always ask without an id: asking by id
 * answers 404 for a link to another partner, which looks like no link at all (source: recorded traffic, PowerShell help).
 */
export function makePartnerLinks(deps: PartnerLinksDeps): PartnerLinks {
  const clients = new Map<string, ACEProvisioningManagementPartnerAPI>();
  const clientOf = (principal: Principal) => {
    const known = clients.get(principal.name);
    if (known) return known;
    const client = new ACEProvisioningManagementPartnerAPI(deps.credentialOf(principal), {
      endpoint: deps.endpoint,
      retryOptions: { maxRetries: 0 },
    });
    clients.set(principal.name, client);
    return client;
  };

  const call = <T>(principal: Principal, sort: 'reads' | 'writes', send: () => Promise<T>): Promise<T> =>
    deps.gate.run(bucketOf(principal.objectId, principal.homeTenantId, sort), send);

  async function write(
    principal: Principal,
    partnerId: string,
    how: 'create' | 'update',
  ): Promise<LinkWriteResult> {
    return call(principal, 'writes', async () => {
      const what = `the partner ID ${partnerId} was linked to “${principal.name}”`;
      const answer = await ask(deps, what, (options) => clientOf(principal).partner[how](partnerId, options));
      if (answer.kind === 'failed') {
        if (answer.code === 'PartnerIdInvalid') return 'partner-id-invalid';
        throw answer.failure;
      }
      return 'written';
    });
  }

  return {
    read: (principal) =>
      call(principal, 'reads', async () => {
        const what = `the link of “${principal.name}” was read`;
        const answer = await ask(deps, what, (options) => clientOf(principal).partners.get(options));
        if (answer.kind === 'ok') return linkOf(answer.value, principal, what);
        if (answer.status === 404 && answer.code !== null && NOT_LINKED.has(answer.code)) return null;
        throw answer.failure;
      }),
    create: (principal, partnerId) => write(principal, partnerId, 'create'),
    replace: (principal, partnerId) => write(principal, partnerId, 'update'),
  };
}

type SdkAnswer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | {
      readonly kind: 'failed';
      readonly status: number;
      readonly code: string | null;
      readonly failure: Failure;
    };

interface SdkOptions {
  readonly requestOptions: { readonly timeout: number };
}

/** The shape of `RestError`, whose class exists twice (the SDK brings an older core of its own). */
interface RestErrorLike {
  readonly name: string;
  readonly statusCode?: number;
  readonly code?: string;
  readonly response?: {
    readonly bodyAsText?: string | null;
    readonly headers: { get(name: string): string | undefined };
  };
}

async function ask<T>(
  deps: PartnerLinksDeps,
  what: string,
  send: (options: SdkOptions) => Promise<T>,
): Promise<SdkAnswer<T>> {
  try {
    return { kind: 'ok', value: await send({ requestOptions: { timeout: deps.timeoutMs } }) };
  } catch (error) {
    const rest = error as RestErrorLike;
    // An answer that could not be parsed carries the status of a success.
    if (error instanceof Failure || rest.statusCode === undefined || rest.statusCode < 400)
      throw noAnswer(error, what);
    const answer: ArmAnswer = {
      status: rest.statusCode,
      header: (name) => rest.response?.headers.get(name),
      code: codeOf(parse(rest.response?.bodyAsText)),
    };
    return {
      kind: 'failed',
      status: answer.status,
      code: answer.code,
      failure: armFailure(answer, what, deps.clock()),
    };
  }
}

/** A link is believed only when it is the link of the identity we asked as. */
function linkOf(response: PartnerResponse, principal: Principal, what: string): LinkReading {
  const parsed = palRecord.safeParse(response);
  if (!parsed.success) throw noAnswer(new Error('The record lacks a partner, tenant or object id.'), what);
  const { partnerName, updatedTime, ...rest } = parsed.data;
  const link: ObservedLink = {
    ...rest,
    tenantId: rest.tenantId.toLowerCase(),
    objectId: rest.objectId.toLowerCase(),
    partnerName: partnerName ?? null,
    updatedAt: updatedTime?.toISOString() ?? null,
  };
  if (link.tenantId === principal.homeTenantId && link.objectId === principal.objectId) return link;
  throw new Failure(
    'denied',
    `Azure shows the link of object ${link.objectId} in tenant ${link.tenantId}, but “${principal.name}” is object ${principal.objectId} in tenant ${principal.homeTenantId}.`,
  );
}

function parse(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return null;
  }
}
