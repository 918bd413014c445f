import { decideDpor, dporApplies, dporInput, type DporInput } from '../domain/dpor.ts';
import { faultsOf, refused } from '../domain/fault.ts';
import { sameId } from '../domain/guid.ts';
import { agreementIn } from '../domain/tenant.ts';
import type { TenantRecord } from '../domain/tenant-record.ts';
import { dporTold } from '../domain/told-change.ts';
import {
  recordTold,
  type RecordToldDeps,
  type ToldDecision,
  type ToldRequest,
  type ToldResult,
} from './record-told.ts';

/** `input` is what was sent, unchecked; its schema is `dporInput`. */
export type RecordDpor = (asked: ToldRequest) => Promise<ToldResult>;

/** Keeps one step of a subscription's partner of record: that we asked, that the customer confirmed, that it is void. */
export function makeRecordDpor(deps: RecordToldDeps): RecordDpor {
  return async ({ input, ...asked }) => {
    const parsed = dporInput.safeParse(input);
    if (!parsed.success) return refused('invalid', ...faultsOf(parsed.error));
    return recordTold(deps, asked, (record, now) => decide(record, parsed.data, now));
  };
}

function decide(record: TenantRecord, input: DporInput, now: Date): ToldDecision {
  const { subscriptionId } = input;
  const known = record.dpor.find((one) => one.subscriptionId === subscriptionId);
  const seen = record.scopes.find((scope) => sameId(scope.subscriptionId, subscriptionId));
  const applies = dporApplies(agreementIn(record.registration, subscriptionId), seen?.quotaId ?? null);
  const decision = decideDpor(known, input, { applies, now });
  if (decision.kind === 'faulty') return refused('invalid', ...decision.faults);
  if (decision.kind === 'unchanged') return decision;
  const dpor = [...record.dpor.filter((one) => one !== known), decision.dpor];
  return { kind: 'record', record: { ...record, dpor }, told: dporTold(known, decision.dpor) };
}
