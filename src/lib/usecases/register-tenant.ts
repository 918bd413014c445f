import { parseOnboarding, type Onboarding } from '../domain/event.ts';
import { isRejected } from '../domain/failure.ts';
import type { Log } from '../domain/log.ts';
import type { Clock, Queues, TenantLedger } from '../domain/ports.ts';
import { ask } from './ask.ts';
import { park, type Unprocessed } from './park.ts';
import { writeTelling } from './write-telling.ts';

export interface RegisterTenantDeps {
  readonly ledger: TenantLedger;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly log: Log;
  /** A short, stable name for a long text (message ids are limited). */
  readonly digest: (text: string) => string;
  readonly managingTenantId: string;
  /** Sources that may weaken what we watch over; `*` trusts all. */
  readonly trustedSources: readonly string[];
  /** Facts by which the settings decide what is watched and with whom. */
  readonly decidingFacts: readonly ('tags' | 'agreement')[];
}

/** One message from the onboarding queue. */
export interface OnboardingMessage extends Unprocessed {
  readonly enqueuedAt: Date;
}

export type RegisterTenant = (message: OnboardingMessage) => Promise<'registered' | 'hinted' | 'parked'>;

/**
 * Turns an onboarding message into facts on record and a request to look at the tenant. What cannot be understood is
 * parked with its original bytes. Delivered twice, it does no more than once. Throws `Failure` when the ledger or the
 * queue cannot be written: then the message must be delivered again.
 */
export function makeRegisterTenant(deps: RegisterTenantDeps): RegisterTenant {
  return async (message) => {
    const parsed = parseOnboarding(message.body, deps.managingTenantId);
    if (parsed.kind === 'unprocessable') return parkAs(deps, message, parsed.reason);
    try {
      if (parsed.kind === 'registration') await register(deps, parsed, message);
    } catch (error) {
      if (!isRejected(error)) throw error;
      return parkAs(deps, message, error.message);
    }
    await askForPass(deps, parsed, message);
    deps.log.info('event.accepted', {
      tenantId: parsed.tenantId,
      messageId: message.messageId,
      kind: parsed.kind,
      unknownFields: parsed.kind === 'registration' ? parsed.unknownFields : 0,
    });
    return parsed.kind === 'registration' ? 'registered' : 'hinted';
  };
}

async function parkAs(
  deps: RegisterTenantDeps,
  message: OnboardingMessage,
  reason: string,
): Promise<'parked'> {
  await park(deps.queues, message, reason);
  deps.log.info('event.parked', { messageId: message.messageId, bytes: message.body.length });
  return 'parked';
}

type Registering = Extract<Onboarding, { kind: 'registration' }>;

async function register(
  deps: RegisterTenantDeps,
  event: Registering,
  message: OnboardingMessage,
): Promise<void> {
  const heardAt = deps.clock();
  const telling = {
    tenantId: event.tenantId,
    facts: event.facts,
    presence: event.presence,
    // Nothing is true from later than we heard it: a time in the future would win for ever.
    at: earlier(event.time ?? message.enqueuedAt, heardAt),
    heardAt,
    source: event.source ?? 'bare',
    trusted: isTrusted(deps.trustedSources, event.source),
    deciding: deps.decidingFacts,
  };
  const { before, now } = await writeTelling(deps.ledger, telling, deps.digest(identityOf(event, message)));
  if (now.withheld.length > (before?.withheld.length ?? 0)) {
    deps.log.warn('event.change-withheld', { tenantId: event.tenantId, messageId: message.messageId });
  }
}

async function askForPass(
  deps: RegisterTenantDeps,
  event: Onboarding,
  message: OnboardingMessage,
): Promise<void> {
  await ask(deps.queues, {
    subject: 'tenant',
    id: event.tenantId,
    cause: { kind: 'event', id: deps.digest(identityOf(event, message)) },
    attempt: 0,
    hop: 0,
    since: deps.clock().toISOString(),
  });
}

function identityOf(event: Onboarding, message: OnboardingMessage): string {
  return event.eventId === null ? bareIdentity(message) : `${event.source ?? ''}#${event.eventId}`;
}

/** Bare data has no id of its own; a message without one either is known by when it came and what it holds. */
function bareIdentity({ messageId, enqueuedAt, body }: OnboardingMessage): string {
  return messageId || `${enqueuedAt.toISOString()}#${new TextDecoder().decode(body)}`;
}

function isTrusted(sources: readonly string[], source: string | null): boolean {
  return sources.includes('*') || (source !== null && sources.includes(source));
}

function earlier(left: Date, right: Date): Date {
  return left < right ? left : right;
}
