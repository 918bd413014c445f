import type * as z from 'zod';
import type { SweepRecord } from '../../../lib/domain/sweep-record.ts';
import type { Given } from '../contract/operation.ts';
import type { sweep } from '../contract/sweeps.ts';

export function sweepItemOf(record: SweepRecord): Given<z.infer<typeof sweep>> {
  const { sweepId, status, startedAt, assessedAt, finishedAt, tenants, states } = record;
  const { partial, baseline, heldScopes, confirmed, openFollowUps } = record;
  const { reasons, daysAtRisk, news, calls } = record;
  return {
    ...{ sweepId, status, startedAt, assessedAt, finishedAt, tenants, states },
    ...{ reasons, daysAtRisk, news, calls },
    durationMs: finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt),
    ...{ partial, baseline, heldScopes, confirmed, openFollowUps },
  };
}
