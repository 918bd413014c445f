import type { LinkLedger, SweepLedger, TenantList } from '../domain/ports.ts';

export interface CheckReadinessDeps {
  readonly list: Pick<TenantList, 'page'>;
  readonly sweeps: Pick<SweepLedger, 'lastFinished'>;
  readonly links: Pick<LinkLedger, 'read'>;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean }[];
}

/** Whether the app reaches what it needs to answer. That it runs at all says that its settings are right. */
export function makeCheckReadiness({ list, sweeps, links }: CheckReadinessDeps): () => Promise<Readiness> {
  const reaches = async (name: string, look: () => Promise<unknown>) => {
    const ok = await look().then(
      () => true,
      () => false,
    );
    return { name, ok };
  };
  return async () => {
    const checks = await Promise.all([
      reaches('tenants', () => list.page({ prefix: '', after: null, size: 1 })),
      reaches('sweeps', () => sweeps.lastFinished()),
      reaches('links', () => links.read('none', 'none')),
    ]);
    return { ready: checks.every(({ ok }) => ok), checks };
  };
}
