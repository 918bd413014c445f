import type { LinkIdentity, ObservedLink } from '../../src/lib/domain/link.ts';
import type { PartnerLinks } from '../../src/lib/domain/ports.ts';
import { anObservedLink } from '../support/tenants.ts';
import { aTrouble, type Trouble } from './storage.ts';

export interface FakePartnerLinks extends PartnerLinks, Trouble {
  /** The link of an identity as Azure holds it; null when it has none. */
  linkOf(objectId: string): ObservedLink | null;
  /** Sets what Azure holds, as if somebody else had done it. */
  set(link: ObservedLink | null, objectId: string): void;
  /** Partner IDs Azure does not know. */
  readonly invalid: Set<string>;
  /** Everything that was asked, in order: the writes Azure saw are what must not be too many. */
  readonly calls: string[];
  /** The next write takes effect, and its answer is lost. */
  loseAnswer(error: Error): void;
}

/** Azure's partner links in memory: one link an identity, no upsert. */
export function makeFakePartnerLinks(): FakePartnerLinks {
  const links = new Map<string, ObservedLink>();
  const invalid = new Set<string>();
  const calls: string[] = [];
  const trouble = aTrouble();
  let lost: Error | null = null;

  const answered = () => {
    if (!lost) return 'written' as const;
    const error = lost;
    lost = null;
    throw error;
  };

  const write =
    (how: 'create' | 'replace') =>
    async ({ tenantId, objectId }: LinkIdentity, partnerId: string) => {
      calls.push(how === 'create' ? `PUT ${partnerId}` : `PATCH ${partnerId}`);
      trouble.meet(how);
      await Promise.resolve();
      if (invalid.has(partnerId)) return 'partner-id-invalid' as const;
      links.set(objectId, anObservedLink({ partnerId, tenantId, objectId }));
      return answered();
    };

  return {
    ...trouble,
    async read({ objectId }) {
      calls.push('GET');
      trouble.meet('read');
      return Promise.resolve(links.get(objectId) ?? null);
    },
    create: write('create'),
    replace: write('replace'),
    async remove({ objectId }, currentPartnerId) {
      calls.push(`DELETE ${currentPartnerId}`);
      trouble.meet('remove');
      // As with Azure, the path names the link: that of another partner is not touched.
      if (links.get(objectId)?.partnerId === currentPartnerId) links.delete(objectId);
      await Promise.resolve();
      return answered();
    },
    linkOf: (objectId) => links.get(objectId) ?? null,
    set(link, objectId) {
      if (link) links.set(objectId, link);
      else links.delete(objectId);
    },
    invalid,
    calls,
    loseAnswer(error) {
      lost = error;
    },
  };
}
