import { createHmac } from 'node:crypto';
import type { Notice } from '../../domain/notice.ts';
import type { NoticeRoute } from '../../domain/notice-route.ts';
import type { Clock, Digest } from '../../domain/ports.ts';
import type { Post } from './post.ts';

/** Standard Webhooks asks for bodies below 20 KB. */
const PART_BYTES = 20_000;

/** Cuts notices into bodies that fit; one that is larger by itself is a body of its own. */
export function partsOf(notices: readonly Notice[], limit = PART_BYTES): string[] {
  const parts: string[][] = [];
  let size = 0;
  for (const text of notices.map((notice) => JSON.stringify(notice))) {
    const bytes = Buffer.byteLength(text) + 1;
    const last = parts.at(-1);
    if (last && size + bytes <= limit) {
      last.push(text);
      size += bytes;
    } else {
      parts.push([text]);
      size = bytes + 2;
    }
  }
  return parts.map((texts) => `[${texts.join()}]`);
}

/**
 * Sends one part of a digest as a batch of CloudEvents, signed by the Standard Webhooks scheme: the id is the same for
 * every try, the time is that of the try, and while a secret is changed both sign.
 */
export async function sendWebhook(
  { post, clock }: { readonly post: Post; readonly clock: Clock },
  route: NoticeRoute,
  digest: Digest,
  part: number,
): Promise<{ readonly parts: number }> {
  const parts = partsOf(digest.notices);
  const body = parts[part];
  if (body === undefined) return { parts: parts.length };
  const id = `${digest.id}-${part + 1}`;
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
  return { parts: parts.length };
}

function signature(secret: string, text: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}
