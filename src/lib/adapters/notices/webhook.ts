import { createHmac } from 'node:crypto';
import type { Notice } from '../../domain/notice.ts';
import type { NoticeRoute } from '../../domain/notice-route.ts';
import type { Clock, Digest } from '../../domain/ports.ts';
import type { Post } from './post.ts';

/** Standard Webhooks asks for bodies below 20 KB. */
const PART_BYTES = 20_000;

/** What is on record from before texts were looked at may hold half a character, which not every receiver can read. */
function wellFormed(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/** The notices from one on that fit into a body; one that is larger by itself is a body of its own. */
export function bodyFrom(
  notices: readonly Notice[],
  from: number,
  limit = PART_BYTES,
): { readonly body: string; readonly until: number } {
  const texts: string[] = [];
  let size = 1;
  for (let index = from; index < notices.length; index++) {
    const text = JSON.stringify(notices[index], wellFormed);
    size += Buffer.byteLength(text) + 1;
    if (size > limit && texts.length > 0) break;
    texts.push(text);
  }
  return { body: `[${texts.join()}]`, until: from + texts.length };
}

/**
 * Sends as many notices as fit as a batch of CloudEvents, signed by the Standard Webhooks scheme: the id names which of the
 * digest's notices they are, the time is that of the try, and while a secret is changed both sign.
 */
export async function sendWebhook(
  { post, clock }: { readonly post: Post; readonly clock: Clock },
  route: NoticeRoute,
  digest: Digest,
  from: number,
): Promise<{ readonly sent: number }> {
  const { body, until } = bodyFrom(digest.notices, from);
  // Both ends: a receiver folds what has one id, and may have had fewer of them at a try before.
  const id = `${digest.id}-${from + 1}-${until}`;
  const timestamp = String(Math.floor(clock().getTime() / 1000));
  const headers = {
    'content-type': 'application/cloudevents-batch+json; charset=utf-8',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': route.secrets
      .map((secret) => signature(secret, `${id}.${timestamp}.${body}`))
      .join(' '),
  };
  await post(route.url, headers, body);
  return { sent: until };
}

function signature(secret: string, text: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}
