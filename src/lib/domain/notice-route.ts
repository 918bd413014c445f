/** Where notices go, and which. */
export interface NoticeRoute {
  /** Unique among the routes, for messages and logs; says nothing of the address, which may be a secret. */
  readonly name: string;
  readonly sink: 'teams' | 'webhook';
  readonly url: string;
  /** `whsec_…` keys a webhook is signed with: the one in use, and while it is changed the one before. */
  readonly secrets: readonly string[];
  /** Only tenants that have all of these tags, and nothing that concerns the whole estate; all where empty. */
  readonly tags: Readonly<Record<string, string>>;
  /** `immediate`: only what is told at once; `all`: the day's digest too. */
  readonly min: 'immediate' | 'all';
}

/** Whether a tenant's tags are among those a route asks for; null stands for what concerns the whole estate. */
export function isRoutedTo({ tags }: NoticeRoute, has: Readonly<Record<string, string>> | null): boolean {
  const wanted = Object.entries(tags);
  return wanted.length === 0 || (has !== null && wanted.every(([name, value]) => has[name] === value));
}
