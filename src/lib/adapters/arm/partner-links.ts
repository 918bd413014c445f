import { ACEProvisioningManagementPartnerAPI, type PartnerResponse } from '@azure/arm-managementpartner';
import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import * as z from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { LinkIdentity, LinkReading, ObservedLink } from '../../domain/link.ts';
import type { LinkWriteResult, PartnerLinks } from '../../domain/ports.ts';
import { armFailure, codeOf, noAnswer, type ArmAnswer, jsonOf } from './arm-errors.ts';
import { bucketOf, type BucketGate } from './bucket-gate.ts';

export interface PartnerLinksDeps {
  readonly endpoint: string;
  /** The proven credential of an identity; the same object as long as it is kept. */
  readonly credentialOf: (identity: LinkIdentity) => TokenCredential;
  readonly gate: BucketGate;
  readonly timeoutMs: number;
  /** What requests are sent with; the SDK's own client where absent. */
  readonly http?: HttpClient | undefined;
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
  // A client is kept as long as its credential is, so that tenants that are done with free both.
  const clients = new WeakMap<TokenCredential, ACEProvisioningManagementPartnerAPI>();
  const clientOf = (identity: LinkIdentity) => {
    const credential = deps.credentialOf(identity);
    const known = clients.get(credential);
    if (known) return known;
    const client = new ACEProvisioningManagementPartnerAPI(credential, {
      endpoint: deps.endpoint,
      retryOptions: { maxRetries: 0 },
      ...(deps.http ? { httpClient: deps.http } : {}),
    });
    clients.set(credential, client);
    return client;
  };

  const call = <T>(identity: LinkIdentity, sort: 'reads' | 'writes', send: () => Promise<T>): Promise<T> =>
    deps.gate.run(bucketOf(identity.objectId, identity.tenantId, sort), send);

  async function write(
    identity: LinkIdentity,
    partnerId: string,
    how: 'create' | 'update',
  ): Promise<LinkWriteResult> {
    return call(identity, 'writes', async () => {
      const what = `the partner ID ${partnerId} was linked to ${nameOf(identity)}`;
      const answer = await ask(deps, what, (options) => clientOf(identity).partner[how](partnerId, options));
      if (answer.kind === 'failed') {
        if (answer.code === 'PartnerIdInvalid') return 'partner-id-invalid';
        throw answer.failure;
      }
      return 'written';
    });
  }

  async function remove(identity: LinkIdentity, partnerId: string): Promise<LinkWriteResult> {
    return call(identity, 'writes', async (): Promise<LinkWriteResult> => {
      const what = `the link of ${nameOf(identity)} to the partner ID ${partnerId} was removed`;
      const answer = await ask(deps, what, (options) =>
        clientOf(identity).partner.delete(partnerId, options),
      );
      if (answer.kind === 'ok' || isNotLinked(answer)) return 'written';
      throw answer.failure;
    });
  }

  return {
    read: (identity) =>
      call(identity, 'reads', async () => {
        const what = `the link of ${nameOf(identity)} was read`;
        const answer = await ask(deps, what, (options) => clientOf(identity).partners.get(options));
        if (answer.kind === 'ok') return linkOf(answer.value, identity, what);
        if (isNotLinked(answer)) return null;
        throw answer.failure;
      }),
    create: (identity, partnerId) => write(identity, partnerId, 'create'),
    replace: (identity, partnerId) => write(identity, partnerId, 'update'),
    remove,
  };
}

function isNotLinked({ status, code }: { readonly status: number; readonly code: string | null }): boolean {
  return status === 404 && code !== null && NOT_LINKED.has(code);
}

function nameOf({ principal, tenantId }: LinkIdentity): string {
  const name = `“${principal.name}”`;
  return tenantId === principal.homeTenantId ? name : `${name} in tenant ${tenantId}`;
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
      code: codeOf(jsonOf(rest.response?.bodyAsText)),
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
function linkOf(response: PartnerResponse, identity: LinkIdentity, what: string): LinkReading {
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
  if (link.tenantId === identity.tenantId && link.objectId === identity.objectId) return link;
  throw new Failure(
    'denied',
    `Azure shows the link of object ${link.objectId} in tenant ${link.tenantId}, but “${identity.principal.name}” is object ${identity.objectId} in tenant ${identity.tenantId}.`,
  );
}
