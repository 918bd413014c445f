import { placeOrder, type LinkVerb } from '../domain/desired-link.ts';
import { isConflict } from '../domain/failure.ts';
import { newLinkRecord, type LinkIdentity, type LinkRecord } from '../domain/link.ts';
import type { LinkOrderInput } from '../domain/link-order-input.ts';
import type { Log } from '../domain/log.ts';
import type { Queues, Versioned } from '../domain/ports.ts';
import { linkRequestId } from '../domain/request.ts';
import { ask } from './ask.ts';
import { linkIdentityOf, previewOf, type LinkPreview, type PreviewLinkDeps } from './preview-link.ts';

export interface ChangeLinkDeps extends PreviewLinkDeps {
  readonly queues: Queues;
  readonly globalPartnerIds: readonly string[];
  readonly pause: (ms: number) => Promise<unknown>;
  readonly digest: (text: string) => string;
  readonly newId: () => string;
  readonly log: Log;
}

/** One call of an operator. */
export interface LinkChangeRequest {
  readonly verb: LinkVerb;
  /** The principal's name in the settings. */
  readonly principal: string;
  readonly input: LinkOrderInput;
  /** Who asks, as it is to stand on record. */
  readonly by: string;
  /** The same key gives the same order, once. */
  readonly idempotencyKey: string | null;
}

export type LinkChangeAnswer =
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string }
  /** The key names an order about this link that was given with other inputs. */
  | { readonly kind: 'key-reused'; readonly message: string }
  | { readonly kind: 'preview'; readonly preview: LinkPreview }
  | {
      readonly kind: 'refused';
      readonly reason: 'not-confirmed' | 'current-differs' | 'affected-differs' | 'busy';
      readonly message: string;
      readonly preview: LinkPreview;
    }
  /** On record and asked for; `causeId` finds its outcome on the link's row. */
  | {
      readonly kind: 'accepted';
      readonly causeId: string;
      readonly link: { readonly tenantId: string; readonly objectId: string };
    };

export type ChangeLink = (request: LinkChangeRequest) => Promise<LinkChangeAnswer>;

/**
 * Unlinks, restores or replaces one link by an operator's word. Without confirmation it answers with a preview. With one,
 * it compares what the operator saw with a fresh read, writes what is wanted on the link's row, and asks for a link pass,
 * which carries it out under the lease. Throws `Failure` when the link cannot be read or the ledger or queue not written.
 */
export function makeChangeLink(deps: ChangeLinkDeps): ChangeLink {
  return async (request) => {
    const principal = deps.principals.find(({ name }) => name === request.principal);
    if (!principal) return unknown(`The settings name no principal “${request.principal}”.`);
    const problem = problemOf(deps, request.input);
    if (problem) return problem;
    const identity = await linkIdentityOf(deps, principal, request.input.tenantId);
    if (!identity) {
      return unknown(
        `The tenant ${request.input.tenantId ?? ''} has no link of “${principal.name}” of its own: it is not on record with a service principal that was used.`,
      );
    }
    const causeId = causeIdOf(deps, request, identity);
    const accepted = acceptedAs(identity, causeId);
    switch (await progressOf(deps, identity, causeId)) {
      case 'done':
        return accepted;
      case 'placed':
        await askForPass(deps, identity, request.by, causeId);
        return accepted;
      case 'other': {
        const message =
          'An order about this link was given under this Idempotency-Key with other inputs. Nothing was changed; take a key of its own for each order.';
        return { kind: 'key-reused', message };
      }
      case 'new':
        return confirmed(deps, identity, request, causeId);
    }
  };
}

function unknown(message: string): LinkChangeAnswer {
  return { kind: 'unknown', message };
}

function problemOf(deps: ChangeLinkDeps, { partnerId, until }: LinkOrderInput): LinkChangeAnswer | null {
  if (partnerId !== undefined && deps.globalPartnerIds.includes(partnerId)) {
    const message = `${partnerId} is listed in GLOBAL_PARTNER_IDS: a global (HQ) account earns nothing, use the location account’s ID.`;
    return { kind: 'invalid', field: 'partnerId', message };
  }
  if (until !== undefined && Date.parse(until) <= deps.clock().getTime())
    return {
      kind: 'invalid',
      field: 'until',
      message: 'The time until which the link is held has passed already.',
    };
  return null;
}

/** Characters of an order's name that come from its key, and from its inputs. */
const KEY_DIGITS = 20;
const INPUT_DIGITS = 12;

/**
 * The name of one order, first by its key about this link, then by its inputs: the same order has the same. What the
 * preview showed is no input of the operator's: it is another once the order was carried out.
 */
function causeIdOf(deps: ChangeLinkDeps, request: LinkChangeRequest, identity: LinkIdentity): string {
  const { verb, input, idempotencyKey } = request;
  const key = deps.digest([linkRequestId(identity), idempotencyKey ?? deps.newId()].join('|'));
  const { expectedCurrentPartnerId: _current, confirmAffected: _affected, ...wanted } = input;
  const inputs = deps.digest(
    JSON.stringify([verb, Object.entries(wanted).sort(([a], [b]) => (a < b ? -1 : 1))]),
  );
  return `${ORDER}${key.slice(-KEY_DIGITS)}-${inputs.slice(-INPUT_DIGITS)}`;
}

const ORDER = 'ord-';

/** The part of an order's name that its key makes. */
function keyIn(causeId: string): string {
  return causeId.slice(0, ORDER.length + KEY_DIGITS);
}

/** How far an order has come that was given under the same key before. */
async function progressOf(
  deps: ChangeLinkDeps,
  { tenantId, objectId }: LinkIdentity,
  causeId: string,
): Promise<'new' | 'placed' | 'done' | 'other'> {
  const known = (await deps.links.read(tenantId, objectId))?.record;
  if (known?.order?.causeId === causeId) return 'placed';
  const given = [...(known?.order ? [known.order] : []), ...(known?.asked ?? [])].map((one) => one.causeId);
  if (given.includes(causeId)) return 'done';
  return given.some((id) => keyIn(id) === keyIn(causeId)) ? 'other' : 'new';
}

async function confirmed(
  deps: ChangeLinkDeps,
  identity: LinkIdentity,
  request: LinkChangeRequest,
  causeId: string,
): Promise<LinkChangeAnswer> {
  const { input, verb } = request;
  const preview = await previewOf(deps, identity, verb, input.partnerId);
  const refused = (
    reason: Extract<LinkChangeAnswer, { kind: 'refused' }>['reason'],
    message: string,
  ): LinkChangeAnswer => ({ kind: 'refused', reason, message, preview });

  const { confirmAffected, expectedCurrentPartnerId } = input;
  if (confirmAffected === undefined && expectedCurrentPartnerId === undefined)
    return { kind: 'preview', preview };
  if (confirmAffected === undefined || expectedCurrentPartnerId === undefined) {
    const message =
      'To confirm, send both expectedCurrentPartnerId and confirmAffected, as the preview shows them.';
    return refused('not-confirmed', message);
  }
  if (verb === 'unlink' && input.why === undefined)
    return refused('not-confirmed', 'To unlink, say why: it stands on record with your name.');
  if (expectedCurrentPartnerId !== preview.currentPartnerId) {
    return refused(
      'current-differs',
      `The link is ${named(preview.currentPartnerId)} now, not ${named(expectedCurrentPartnerId)}. Nothing was changed.`,
    );
  }
  if (confirmAffected !== preview.affected.tenants) {
    return refused(
      'affected-differs',
      `${preview.affected.tenants} tenants rest on this link now, not ${confirmAffected}. Nothing was changed.`,
    );
  }
  if (!(await place(deps, identity, request, causeId)))
    return refused('busy', 'A pass is working on this link; nothing was changed. Try again in a minute.');
  await askForPass(deps, identity, request.by, causeId);
  return acceptedAs(identity, causeId);
}

function acceptedAs({ tenantId, objectId }: LinkIdentity, causeId: string): LinkChangeAnswer {
  return { kind: 'accepted', causeId, link: { tenantId, objectId } };
}

function named(partnerId: string | null): string {
  return partnerId === null ? 'none' : `to the partner ID ${partnerId}`;
}

/** A pass holds the lease for seconds; so long is waited for it. */
const TRIES = 40;
const PAUSE_MS = 250;

/** Writes the order on the link's row, between passes; false where one goes on for too long. */
async function place(
  deps: ChangeLinkDeps,
  identity: LinkIdentity,
  { verb, by, input }: LinkChangeRequest,
  causeId: string,
): Promise<boolean> {
  const { tenantId, objectId, principal } = identity;
  const configured = principal.wantedPartnerId;
  const wish = {
    verb,
    by,
    causeId,
    why: input.why ?? null,
    until: input.until === undefined ? null : new Date(input.until).toISOString(),
    partnerId: input.partnerId ?? null,
    expectedCurrentPartnerId: input.expectedCurrentPartnerId ?? null,
  };
  for (let tries = 0; tries < TRIES; tries++) {
    const now = deps.clock();
    const known: Versioned<LinkRecord> = (await deps.links.read(tenantId, objectId)) ?? {
      record: newLinkRecord({ tenantId, objectId, principal: principal.name }, configured),
      etag: null,
    };
    const { lease } = known.record;
    const free = !lease || Date.parse(lease.until) <= now.getTime();
    const ordered = placeOrder(known.record, wish, configured, now);
    // The pass finds the principal by what the settings call it now.
    const record = { ...known.record, principal: principal.name, ...ordered };
    if (free && (await claimed(deps, known, record))) return true;
    await deps.pause(PAUSE_MS);
  }
  return false;
}

async function claimed(
  deps: ChangeLinkDeps,
  known: Versioned<LinkRecord>,
  record: LinkRecord,
): Promise<boolean> {
  try {
    await deps.links.claim(known, record);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/** Asks for the pass; asked again under the same name it is the same message, so that one lost in between is made good. */
async function askForPass(
  deps: ChangeLinkDeps,
  identity: LinkIdentity,
  by: string,
  causeId: string,
): Promise<void> {
  await ask(deps.queues, {
    subject: 'link',
    id: linkRequestId(identity),
    cause: { kind: 'operator', id: causeId, by },
    attempt: 0,
    hop: 0,
    since: deps.clock().toISOString(),
  });
  const { tenantId, principal } = identity;
  deps.log.info('link.ordered', { principal: principal.name, tenantId, causeId, by });
}
