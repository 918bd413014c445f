import type { Api } from '../../../lib/api.ts';
import type { Caller } from '../../../lib/domain/caller.ts';
import { refuse, reply } from '../edge/reply.ts';
import { patienceOf } from './patience.ts';

interface Order {
  readonly verb: Parameters<Api['changeLink']>[0]['verb'];
  readonly params: { readonly principal: string };
  readonly body: Parameters<Api['changeLink']>[0]['input'];
  readonly headers: Parameters<typeof patienceOf>[0];
  readonly api: Api;
  readonly caller: Caller;
}

/** An operator's order about a link: a preview, a refusal, or its acceptance, waited for as long as the caller likes. */
export async function orderLink({ verb, params, body, headers, api, caller }: Order) {
  const answer = await api.changeLink({
    verb,
    principal: params.principal,
    input: body,
    by: caller.objectId,
    idempotencyKey: headers['idempotency-key'] ?? null,
  });
  switch (answer.kind) {
    case 'unknown':
      return refuse('not-found', answer.message);
    case 'invalid': {
      const errors = [{ in: 'body' as const, at: answer.field, problem: answer.message }];
      return { refused: 'invalid-request' as const, detail: answer.message, errors };
    }
    case 'key-reused':
      return refuse('key-reused', answer.message);
    case 'refused':
      return refuse('conflict', answer.message);
    case 'preview': {
      const { desired: _desired, order: _order, ...preview } = answer.preview;
      return reply(200, { kind: 'preview', preview });
    }
    case 'accepted': {
      const { waitMs, headers: applied } = patienceOf(headers);
      const { causeId, link } = answer;
      const asked = waitMs > 0 ? await api.awaitOutcome(link, causeId, waitMs) : null;
      if (asked) return reply(200, { kind: 'done', asked }, applied);
      return reply(202, { causeId }, { ...applied, location: '/api/links' });
    }
  }
}
