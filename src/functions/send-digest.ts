/**
 * Triggered by a timer (`DIGEST_SCHEDULE`, UTC), once a day. Promises: one request for the digest of all that was not told
 * at once since the last one is on the queue. When table or queue cannot be reached it throws, and the next digest makes
 * up for it.
 */
import { app } from '@azure/functions';
import { theApp } from './startup.ts';

export async function sendDigest(): Promise<void> {
  await theApp().sendDigest();
}

app.timer('send-digest', { schedule: '%DIGEST_SCHEDULE%', handler: sendDigest });
