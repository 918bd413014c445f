/**
 * Triggered by a timer (`WATCH_SCHEDULE`, UTC), by default every five minutes. Promises: what the managing tenant's activity
 * log says of delegations has asked for a look at each tenant it names. Does nothing while the settings give the watcher no
 * identity. When log, table or queue fail it throws, and the next time begins where the last good one ended.
 */
import { app } from '@azure/functions';
import { theApp } from './startup.ts';

export async function watchDelegations(): Promise<void> {
  await theApp().watchDelegations?.();
}

app.timer('watch-delegations', { schedule: '%WATCH_SCHEDULE%', handler: watchDelegations });
