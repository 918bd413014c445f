import { Failure } from '../../domain/failure.ts';
import type { Clock, NoticeSink } from '../../domain/ports.ts';
import type { Post } from './post.ts';
import { teamsCard } from './teams-card.ts';
import { sendWebhook } from './webhook.ts';

/** Teams by a workflow's webhook, which posts one card; others by signed webhooks. */
export function makeNoticeSink(deps: { readonly post: Post; readonly clock: Clock }): NoticeSink {
  return {
    async send(route, digest, from) {
      if (digest.notices.length === 0) throw new Failure('unexpected', 'A notice has nothing to tell.');
      if (route.sink === 'webhook') return sendWebhook(deps, route, digest, from);
      await deps.post(route.url, { 'content-type': 'application/json; charset=utf-8' }, teamsCard(digest));
      return { sent: digest.notices.length };
    },
  };
}
