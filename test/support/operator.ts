/** An operator of a running stack, until there is an API to ask: a process that composes the app as the API does. */
import { startChild } from '../../local/control.ts';
import type { Asked } from '../../src/lib/domain/asked.ts';
import type { LinkChangeAnswer, LinkChangeRequest } from '../../src/lib/usecases/change-link.ts';
import type { RelinkAnswer, RelinkRequest } from '../../src/lib/usecases/request-relink.ts';
import type { RunningStack } from './stack.ts';

export interface Operator {
  changeLink(
    request: Partial<LinkChangeRequest> & Pick<LinkChangeRequest, 'verb'>,
  ): Promise<LinkChangeAnswer>;
  /** Asks for a preview, confirms what it shows, and waits until that is on record. */
  confirm(request: Partial<LinkChangeRequest> & Pick<LinkChangeRequest, 'verb'>): Promise<Asked | null>;
  relink(request: Partial<RelinkRequest> & Pick<RelinkRequest, 'tenantId'>): Promise<RelinkAnswer>;
  awaitOutcome(tenantId: string, causeId: string, waitMs: number): Promise<Asked | null>;
  stop(): Promise<void>;
}

export async function startOperator({ stack }: RunningStack): Promise<Operator> {
  const child = await startChild({
    name: 'operator',
    script: 'test/fixtures/host/operator.ts',
    env: { PATH: process.env['PATH'] ?? '', ...stack.settings },
    onLine: () => undefined,
  });
  const who = { principal: 'pal-link', by: 'ada@fabrikam', idempotencyKey: null };
  const changeLink: Operator['changeLink'] = async (request) =>
    (await child.ask('changeLink', { ...who, input: {}, ...request })) as LinkChangeAnswer;
  return {
    changeLink,
    async confirm(request) {
      const shown = await changeLink(request);
      if (shown.kind !== 'preview') throw new Error(`Not a preview: ${JSON.stringify(shown)}`);
      const answer = await changeLink({
        ...request,
        input: {
          why: 'a test',
          ...request.input,
          expectedCurrentPartnerId: shown.preview.currentPartnerId,
          confirmAffected: shown.preview.affected.tenants,
        },
      });
      if (answer.kind !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(answer)}`);
      return (await child.ask('awaitOutcome', [answer.link, answer.causeId, 20_000])) as Asked | null;
    },
    relink: async (request) =>
      (await child.ask('requestRelink', { ...who, dryRun: false, ...request })) as RelinkAnswer,
    awaitOutcome: async (tenantId, causeId, waitMs) =>
      (await child.ask('awaitOutcome', [{ tenantId }, causeId, waitMs])) as Asked | null,
    stop: () => child.stop(),
  };
}
