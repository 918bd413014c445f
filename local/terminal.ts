import type { Remaining } from './settle.ts';

/** The parts of the report the terminal shows. */
export interface ShownReport {
  readonly tenants: readonly {
    readonly tenantId: string;
    readonly displayName: string | null;
    readonly state: string;
    readonly reason: string | null;
    readonly failure: { readonly kind: string } | null;
    readonly scopes: readonly { readonly verdict: string }[];
  }[];
  readonly links: readonly {
    readonly principal: string;
    readonly partnerId: string | null;
    readonly lastOutcome: string | null;
  }[];
  readonly parked: readonly { readonly queue: string; readonly reason: string }[];
}

/** What a state means for a person, in a few words. */
const MEANING: Readonly<Record<string, string>> = {
  earning: 'set up to earn',
  'partly-earning': 'earning on part of it',
  'not-earning': 'nothing earns',
  'awaiting-delegation': 'announced, nothing visible yet',
  'not-delegated': 'nothing visible to the observer',
  unlinked: 'partner ID not linked',
  'linked-elsewhere': 'linked to another partner ID',
  unobserved: 'could not be read yet',
  offboarded: 'no longer ours',
  'needs-person': 'a person has to act',
  attested: 'a person has shown the link',
  automatic: 'automatic, unverified',
};

const REASONS: Readonly<Record<string, string>> = {
  'role-not-eligible': 'the role earns nothing',
  'role-unknown': 'a role is not in the table: decide it once',
  'eligible-only': 'just-in-time access does not count',
  'other-principal': 'another of our principals is delegated',
  'wrong-object-id': 'the delegation names an id that is not the principal’s object id',
  'principal-missing': 'the principal is not in the delegation',
  'delegation-not-ready': 'the delegation is not deployed',
  'subscription-inactive': 'the subscription is disabled',
  'not-visible': 'an expected subscription is not visible',
  gone: 'the delegation has been removed',
  'nothing-visible': 'not delegated, or without our observer',
  'guest-user': 'a person has to link as a guest',
  'directory-account': 'a person has to link by their account there',
  'attestation-expired': 'shown too long ago: a person has to show the link again',
  'attestation-for-other-partner': 'shown for another partner ID than the one wanted',
  held: 'unlinked by an operator, who holds it so',
  'link-not-read': 'the link could not be read',
  denied: 'access was denied',
  unavailable: 'Azure did not answer',
  throttled: 'Azure asks to wait',
};

/** The words to print: one table for customers, the links, and what was parked. `colour` only on a terminal. */
export function describeReport(report: ShownReport, colour: boolean): string {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const linked = report.links.map(({ partnerId }) => partnerId).find((id) => id !== null);
  const width = Math.max(
    8,
    ...report.tenants.map(({ displayName, tenantId }) => (displayName ?? tenantId).length),
  );
  const stateWidth = Math.max(5, ...report.tenants.map(({ state }) => state.length));
  const rows = report.tenants.map((tenant) => {
    const earning = tenant.scopes.filter(({ verdict }) => verdict === 'earning').length;
    const scopes = tenant.scopes.length === 0 ? '–' : `${earning}/${tenant.scopes.length}`;
    const state = paint(tenant.state === 'earning' ? 32 : 33, tenant.state.padEnd(stateWidth));
    return `  ${(tenant.displayName ?? tenant.tenantId).padEnd(width)}  ${state}  ${scopes.padStart(6)}  ${reasonOf(tenant)}`;
  });
  const header = `  ${'customer'.padEnd(width)}  ${'state'.padEnd(stateWidth)}  ${'scopes'.padStart(6)}  why`;
  const links = report.links.map(
    ({ principal, partnerId, lastOutcome }) =>
      `  ${principal}: ${partnerId ? `partner ID ${partnerId}` : 'not linked'} (${lastOutcome ?? 'not looked at'})`,
  );
  const parked = report.parked.map(({ queue, reason }) => `  ${queue}: ${reason}`);
  return [
    paint(1, header),
    ...rows,
    '',
    paint(1, `Links${linked ? '' : ' (none)'}`),
    ...links,
    ...(parked.length > 0 ? ['', paint(1, `Parked messages (${parked.length})`), ...parked] : []),
  ].join('\n');
}

function reasonOf({ state, reason, failure }: ShownReport['tenants'][number]): string {
  const words = REASONS[reason ?? ''] ?? reason ?? MEANING[state] ?? '';
  return failure && failure.kind !== reason ? `${words} (last look: ${failure.kind})` : words;
}

/** One line that tells how far the work has come; redrawn in place on a terminal, now and then elsewhere. */
export function makeProgress(stream: NodeJS.WriteStream, started: number) {
  let last = '';
  let lastAt = 0;
  return {
    show(left: Remaining, looked: number, total: number): void {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      const open = left.waiting + left.inFlight;
      const line = `${looked} of ${total} customers looked at · ${open} messages open · ${left.scheduled} scheduled`;
      if (stream.isTTY) stream.write(`\r\u001b[K${line} · ${seconds} s`);
      else if (line !== last && Date.now() - lastAt > 2_000) {
        stream.write(`${line} · ${seconds} s\n`);
        lastAt = Date.now();
      }
      last = line;
    },
    clear(): void {
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}
