import * as z from 'zod';
import type { Agreement } from './agreement.ts';
import type { Fault } from './fault.ts';
import { guid } from './guid.ts';
import { partnerId } from './partner-id.ts';

/**
 * The digital partner of record of a subscription: set by the customer in the portal, one partner a subscription, changed
 * as often as they like, and shown by no API. So it is a checklist that people keep; it stands beside the tenant's state
 * and never changes it. (Source: Partner Center, “Link to a partner ID by using a PAL or DPOR”.)
 */
export interface Dpor {
  readonly subscriptionId: string;
  /** Everything that was told, oldest first; the last step is how it stands. */
  readonly steps: readonly [DporStep, ...DporStep[]];
}

interface Step {
  /** When it happened (ISO instant). */
  readonly at: string;
  /** Who asked, who confirmed, or who says that it is void. */
  readonly by: string;
}

export type DporStep =
  | (Step & { readonly step: 'asked' })
  | (Step & { readonly step: 'confirmed'; readonly partnerId: string })
  | (Step & { readonly step: 'void'; readonly reason: VoidReason });

const voidReasons = [
  'agreement-changed',
  'subscription-moved',
  'replaced-by-another-partner',
  'removed-by-customer',
] as const;

/** Why a partner of record is one no more. */
export type VoidReason = (typeof voidReasons)[number];

export type DporStatus = 'not-asked' | DporStep['step'];

const told = {
  subscriptionId: guid,
  at: z.iso
    .datetime({ offset: true, error: 'must be a date and time with its offset, as 2026-03-10T12:00:00Z' })
    .describe('When it happened.'),
  by: z.string().trim().min(1, 'must name a person').max(256),
};

/** One step as it is sent. */
export const dporInput = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('asked'), ...told }),
  z.strictObject({
    step: z.literal('confirmed'),
    ...told,
    partnerId: partnerId.describe('The ID the customer has set.'),
  }),
  z.strictObject({ step: z.literal('void'), ...told, reason: z.enum(voidReasons) }),
]);

export type DporInput = z.infer<typeof dporInput>;

export function dporStatus(dpor: Dpor | undefined): DporStatus {
  return dpor?.steps.at(-1)?.step ?? 'not-asked';
}

/** Whether a subscription can have a partner of record, and why we think so. */
export interface DporApplies {
  readonly applies: 'yes' | 'maybe' | 'no';
  readonly because: string;
}

/** The agreement as told decides; without one the quotaId is a hint, and no more than that. */
export function dporApplies(agreement: Agreement, quotaId: string | null): DporApplies {
  if (agreement === 'ea') return { applies: 'yes', because: 'the agreement is an Enterprise Agreement' };
  if (agreement !== 'unknown') {
    return { applies: 'no', because: `the agreement is ${agreement}, which carries no partner of record` };
  }
  if (!quotaId)
    return { applies: 'maybe', because: 'the agreement is unknown, and nothing hints at which it is' };
  if (/^(EnterpriseAgreement|MSDNDevTest)_/i.test(quotaId)) {
    return { applies: 'maybe', because: `the agreement is unknown; ${quotaId} hints at EA, or at MCA` };
  }
  return { applies: 'no', because: `the agreement is unknown; ${quotaId} hints at another than EA` };
}

/** Where a clock of a person may be ahead (milliseconds). */
const CLOCK_SKEW_MS = 5 * 60_000;

export type DporDecision =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }
  | { readonly kind: 'recorded'; readonly dpor: Dpor };

/**
 * Adds one step. A step that is on record already changes nothing; history is not rewritten, so a step from before the
 * last one is refused. Pure and total.
 */
export function decideDpor(
  known: Dpor | undefined,
  input: DporInput,
  where: { readonly applies: DporApplies; readonly now: Date },
): DporDecision {
  const { subscriptionId, ...given } = input;
  const step: DporStep = { ...given, at: new Date(given.at).toISOString() };
  if (known?.steps.some((earlier) => sameStep(earlier, step))) return { kind: 'unchanged' };
  const faults = [...faultsOfTime(known, step, where.now), ...faultsOfOrder(known, step, where.applies)];
  if (faults.length > 0) return { kind: 'faulty', faults };
  return { kind: 'recorded', dpor: { subscriptionId, steps: known ? [...known.steps, step] : [step] } };
}

function sameStep(left: DporStep, right: DporStep): boolean {
  return textOf(left) === textOf(right);
}

function textOf(step: DporStep): string {
  const detail = step.step === 'confirmed' ? step.partnerId : step.step === 'void' ? step.reason : '';
  return [step.step, step.at, step.by, detail].join('|');
}

function faultsOfTime(known: Dpor | undefined, { at }: DporStep, now: Date): Fault[] {
  if (Date.parse(at) > now.getTime() + CLOCK_SKEW_MS) return [{ field: 'at', problem: 'is in the future' }];
  const last = known?.steps.at(-1);
  if (!last || at >= last.at) return [];
  return [{ field: 'at', problem: `is before the last step on record, “${last.step}” of ${last.at}` }];
}

function faultsOfOrder(
  known: Dpor | undefined,
  { step }: DporStep,
  { applies, because }: DporApplies,
): Fault[] {
  const status = dporStatus(known);
  const fault = (field: string, problem: string) => [{ field, problem }];
  if (step === 'void') {
    const open = status === 'asked' || status === 'confirmed';
    return open ? [] : fault('step', `nothing to make void: the subscription is “${status}”`);
  }
  if (applies === 'no') return fault('subscriptionId', `cannot have a partner of record: ${because}`);
  if (step === 'asked' && status === 'confirmed') {
    return fault(
      'step',
      'the customer has confirmed already; where that no longer holds, record it as void first',
    );
  }
  return [];
}

/**
 * The customer who set a partner of record has the subscription no more: what was asked or confirmed there is void. Gives
 * the same object where nothing changes.
 */
export function dporAfterMove(dpor: Dpor, step: { readonly at: string; readonly by: string }): Dpor {
  if (dporStatus(dpor) === 'void') return dpor;
  return { ...dpor, steps: [...dpor.steps, { step: 'void', reason: 'subscription-moved', ...step }] };
}

const MODERN: ReadonlySet<Agreement> = new Set<Agreement>(['azure-plan', 'mca']);

/**
 * A subscription that moves to a modern-commerce agreement does not take its partner of record along: what was asked or
 * confirmed is void from then on. Gives the same object where nothing changes.
 */
export function dporAfterAgreementChange(
  dpor: Dpor,
  before: Agreement,
  after: Agreement,
  step: { readonly at: string; readonly by: string },
): Dpor {
  if (!MODERN.has(after) || MODERN.has(before)) return dpor;
  if (dporStatus(dpor) === 'void') return dpor;
  return { ...dpor, steps: [...dpor.steps, { step: 'void', reason: 'agreement-changed', ...step }] };
}
