import { Failure } from '../../domain/failure.ts';
import type { ArmClient } from './arm-client.ts';

/** The time on ARM's clock, to the second, from an answer's `Date`. */
export function makeAzureTime(arm: ArmClient): () => Promise<Date> {
  return async () => {
    const what = 'the time was asked for';
    const { header } = await arm({ method: 'GET', path: '/subscriptions?api-version=2022-12-01', what });
    const date = new Date(header('date') ?? '');
    if (!Number.isNaN(date.getTime())) return date;
    throw new Failure('unavailable', `Azure’s answer bore no time when ${what}.`);
  };
}
