import { dporAfterAgreementChange, dporStatus, type Dpor } from './dpor.ts';
import type { TenantCommit } from './ports.ts';
import type { TenantRecord, Told } from './tenant-record.ts';
import { agreementIn, type Registration } from './tenant.ts';

/** What people have told as a commit: one version on, with what was told as history, and nothing else changed. */
export function toldCommit(
  before: TenantRecord,
  after: TenantRecord,
  told: readonly Told[],
  { at, causeId }: { readonly at: Date; readonly causeId: string },
): TenantCommit {
  const version = before.version + 1;
  return {
    record: { ...after, version },
    change: {
      version,
      at: at.toISOString(),
      causeId,
      phase: { from: before.phase, to: after.phase },
      scopes: [],
      gapsOpened: [],
      gapsClosed: [],
      gapsAccepted: [],
      gapsReopened: [],
      told,
    },
    closedGaps: [],
    droppedScopes: [],
  };
}

/** One subscription's partner of record, before and after, as history. */
export function dporTold(before: Dpor | undefined, after: Dpor): Told {
  const { step, by, at } = after.steps.at(-1) ?? after.steps[0];
  return {
    what: 'dpor',
    subscriptionId: after.subscriptionId,
    from: dporStatus(before),
    to: step,
    by,
    at,
  };
}

/** Those of some partners of record that differ, in the order they were in before. */
export function dporsTold(before: readonly Dpor[], after: readonly Dpor[]): readonly Told[] {
  return after.flatMap((one, at) => (one === before[at] ? [] : [dporTold(before[at], one)]));
}

/**
 * What a new registration changes beside itself: partners of record that a new agreement makes void. Null where it
 * changes nothing that people should hear of.
 */
export function registrationCommit(
  before: TenantRecord,
  registration: Registration,
  cause: { readonly at: Date; readonly causeId: string; readonly by: string },
): TenantCommit | null {
  const step = { at: cause.at.toISOString(), by: cause.by };
  const agreementsOf = (one: Dpor) =>
    [
      agreementIn(before.registration, one.subscriptionId),
      agreementIn(registration, one.subscriptionId),
    ] as const;
  const dpor = before.dpor.map((one) => dporAfterAgreementChange(one, ...agreementsOf(one), step));
  const told = dporsTold(before.dpor, dpor);
  if (told.length === 0) return null;
  return toldCommit(before, { ...before, registration, dpor }, told, cause);
}
