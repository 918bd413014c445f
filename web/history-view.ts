/** A tenant's changes as sentences. */
import type { TenantChange, Verdict } from './contract.ts';
import { scopeName, type ScopeNames } from './scope-view.ts';
import { agreementWords, exactly, verdicts, type Tone } from './words.ts';

export interface Event {
  readonly tone: Tone;
  readonly text: string;
}

const PHASES: Readonly<Record<string, string>> = {
  unobserved: 'never read',
  awaiting: 'awaiting delegation',
  'not-delegated': 'not delegated',
  covered: 'delegated and judged',
  closed: 'no longer ours',
};

/** So many scopes of the same fate are named; more are counted. */
const NAMED = 3;

/** What one change came to, most telling first; never empty. */
export function eventsOf(change: TenantChange, names: ScopeNames): readonly Event[] {
  const { phase, gapsOpened, gapsClosed, gapsAccepted, gapsReopened, endings, reverified, told } = change;
  const moved = phase.from !== phase.to;
  const events: Event[] = [
    ...(moved
      ? [
          {
            tone: 'quiet' as const,
            text: `Now ${PHASES[phase.to] ?? phase.to}; was ${PHASES[phase.from] ?? phase.from}.`,
          },
        ]
      : []),
    ...scopeEvents(change, names),
    ...about(names, gapsOpened, 'bad', 'Gap opened'),
    ...about(names, gapsClosed, 'good', 'Gap closed'),
    ...gapsAccepted.map((gap) => ({ tone: 'quiet' as const, text: acceptedWords(gap, names) })),
    ...about(names, gapsReopened, 'bad', 'No longer accepted'),
    ...endEvents(endings, names),
    ...moveEvents(change, names),
    ...agreementEvents(change, names),
    ...about(names, reverified, 'good', 'Verified anew after a change of agreement'),
    ...told.map((one) => ({ tone: 'quiet' as const, text: toldWords(one) })),
    ...leftOutEvents(change),
  ];
  return events.length > 0 ? events : [{ tone: 'quiet', text: 'Details changed.' }];
}

function scopeEvents({ scopes }: TenantChange, names: ScopeNames): readonly Event[] {
  const fates = Map.groupBy(scopes, ({ from, to }) => `${from ?? ''}>${to ?? ''}`);
  return [...fates.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const subjects = named(
      names,
      same.map(({ scope }) => scope),
    );
    return [{ tone: toneOf(first.to), text: `${subjects}: ${fate(first.from, first.to)}.` }];
  });
}

function endEvents(endings: TenantChange['endings'], names: ScopeNames): readonly Event[] {
  const ends = Map.groupBy(endings, ({ to }) => to);
  return [...ends].map(([to, same]) => {
    const subjects = named(
      names,
      same.map(({ scope }) => scope),
    );
    const text =
      to === null ? `${subjects}: earns without an end.` : `${subjects}: earns until ${exactly(to)}.`;
    return { tone: to === null ? 'good' : 'partly', text };
  });
}

function moveEvents({ moves }: TenantChange, names: ScopeNames): readonly Event[] {
  return moves.map((move) => {
    const subject = subscriptionName(move.subscriptionId, names);
    return 'to' in move
      ? { tone: 'partly', text: `Moved to tenant ${move.to}, where its history goes on: ${subject}.` }
      : { tone: 'quiet', text: `Came from tenant ${move.from}, with its history: ${subject}.` };
  });
}

function agreementEvents({ agreementChanges }: TenantChange, names: ScopeNames): readonly Event[] {
  return agreementChanges.map(({ subscriptionId, from, to }) => ({
    tone: 'quiet',
    text: `Agreement of ${subscriptionName(subscriptionId, names)}: ${agreementWords(to)}; was ${agreementWords(from)}.`,
  }));
}

const subscriptionName = (id: string, names: ScopeNames) => scopeName(`/subscriptions/${id}`, names);

const LEFT_OUT: Readonly<Record<string, string>> = {
  scopes: 'more scopes changed',
  gapsOpened: 'more gaps were opened',
  gapsClosed: 'more gaps were closed',
  gapsAccepted: 'more gaps were accepted',
  gapsReopened: 'more gaps are no longer accepted',
  endings: 'more scopes have another end',
  moves: 'more subscriptions moved',
  agreementChanges: 'more subscriptions have another agreement',
  reverified: 'more scopes were verified anew',
};

/** What history counts and does not name. */
function leftOutEvents({ leftOut }: TenantChange): readonly Event[] {
  return Object.entries(leftOut).flatMap(([list, count]) => {
    const words = LEFT_OUT[list];
    return words ? [{ tone: 'quiet' as const, text: `${count.toLocaleString('en')} ${words}.` }] : [];
  });
}

function fate(from: Verdict | null, to: Verdict | null): string {
  const now = to === null ? 'not on record any more' : lowered(verdicts[to].name);
  return from === null ? now : `${now}; was ${lowered(verdicts[from].name)}`;
}

function toneOf(verdict: Verdict | null): Tone {
  return verdict === null ? 'quiet' : verdicts[verdict].tone;
}

function about(names: ScopeNames, scopes: readonly string[], tone: Tone, words: string): readonly Event[] {
  return scopes.length === 0 ? [] : [{ tone, text: `${words}: ${named(names, scopes)}.` }];
}

function named(names: ScopeNames, scopes: readonly string[]): string {
  const first = scopes.slice(0, NAMED).map((scope) => scopeName(scope, names));
  const more = scopes.length - first.length;
  return more > 0 ? `${first.join(', ')} and ${more} more` : first.join(', ');
}

function acceptedWords(gap: Readonly<Record<string, unknown>>, names: ScopeNames): string {
  const until = typeof gap['until'] === 'string' ? ` until ${exactly(gap['until'])}` : '';
  const why = typeof gap['why'] === 'string' ? `: “${gap['why']}”` : '';
  return `Gap accepted${until}${why} (${scopeName(String(gap['scope']), names)}).`;
}

function toldWords(told: Readonly<Record<string, unknown>>): string {
  const by = typeof told['by'] === 'string' ? ` by ${told['by']}` : '';
  if (told['what'] === 'attestation')
    return `Link attested${by}, for partner ID ${String(told['partnerId'])}.`;
  return `Partner of record of ${String(told['subscriptionId'])} told${by}: ${String(told['to'])}.`;
}

function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
