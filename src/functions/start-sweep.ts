/**
 * Triggered by a timer (`SWEEP_SCHEDULE`, UTC), by default every night at two. Promises: one request for a sweep is on
 * the queue; of two at a time one is skipped. When the queue cannot be written it throws, and the next
 * night sweeps.
 */
import { app } from '@azure/functions';
import { theApp } from './startup.ts';

export async function startSweep(): Promise<void> {
  await theApp().startSweep();
}

app.timer('start-sweep', { schedule: '%SWEEP_SCHEDULE%', handler: startSweep });
