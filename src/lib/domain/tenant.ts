import type { Agreement } from './subscription.ts';

export const accessKinds = [
  'lighthouse',
  'service-principal',
  'guest-user',
  'directory-account',
  'csp-aobo',
] as const;
export type AccessKind = (typeof accessKinds)[number];

/** The access kinds a pass can look at by itself, in the order in which they are named. */
export const observedKinds = ['lighthouse', 'service-principal'] as const satisfies readonly AccessKind[];
export type ObservedKind = (typeof observedKinds)[number];

/** The access kinds behind which stands a person: only that person can link, and only they can read the link. */
const attendedKinds = ['guest-user', 'directory-account'] as const satisfies readonly AccessKind[];
export type AttendedKind = (typeof attendedKinds)[number];

export const agreements = [
  'azure-plan',
  'ea',
  'mca',
  'pay-as-you-go',
  'unknown',
] as const satisfies readonly Agreement[];

/** What an event, an import or an operator may tell about a tenant. An absent field says nothing. */
export interface Facts {
  readonly displayName?: string | undefined;
  readonly accessKinds?: readonly AccessKind[] | undefined;
  readonly agreement?: Agreement | undefined;
  readonly subscriptionIds?: readonly string[] | undefined;
  readonly principal?: string | undefined;
  readonly servicePrincipalObjectId?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly requestedBy?: string | undefined;
}

export type FactName = keyof Facts;

/** A change that would weaken what we watch over, told by a source that is not trusted: an operator decides. */
export interface WithheldChange {
  readonly what: 'accessKinds' | 'principal' | 'offboard';
  readonly value: string;
  readonly source: string;
  /** ISO instant. */
  readonly at: string;
}

/** What we have been told of a tenant. Every fact carries the time it is true from, so that late duplicates lose. */
export interface Registration {
  readonly tenantId: string;
  readonly facts: Facts;
  /** ISO instant each fact was told, by name; `offboarded` tells when the tenant was last off- or onboarded. */
  readonly factTimes: Readonly<Partial<Record<FactName | 'offboarded', string>>>;
  /** When the tenant was first announced, or announced again after it had been offboarded (ISO instant). */
  readonly announcedAt: string;
  readonly offboardedAt: string | null;
  readonly withheld: readonly WithheldChange[];
}

/** What a telling says of the tenant's being ours: that it is, that it no longer is, or nothing. */
export type Presence = 'onboarded' | 'offboarded' | 'unsaid';

/** One telling: facts, from whom, and the time they are true from. */
export interface Telling {
  readonly tenantId: string;
  readonly facts: Facts;
  readonly presence: Presence;
  readonly at: Date;
  /** When we heard of it: a delegation is waited for from then on, however old the news is. */
  readonly heardAt: Date;
  readonly source: string;
  /** Whether the source may weaken what we watch over. */
  readonly trusted: boolean;
}

const WEAKENING: ReadonlySet<FactName> = new Set<FactName>(['accessKinds', 'principal']);

/**
 * Registers what was told, last writer wins per field by the telling's time. Of equal times the later telling wins.
 * Weakening changes of a known tenant by an untrusted source are withheld, not applied.
 */
export function applyTelling(known: Registration | null, telling: Telling): Registration {
  const at = telling.at.toISOString();
  const before: Registration = known ?? {
    tenantId: telling.tenantId,
    facts: {},
    factTimes: {},
    announcedAt: telling.heardAt.toISOString(),
    offboardedAt: null,
    withheld: [],
  };
  const mayWeaken = telling.trusted || known === null;
  const facts: Record<string, unknown> = { ...before.facts };
  const factTimes: Record<string, string> = { ...before.factTimes };
  const withheld = [...before.withheld];

  for (const [name, value] of Object.entries(telling.facts) as [FactName, unknown][]) {
    if (value === undefined || isOlder(at, factTimes[name])) continue;
    if (!mayWeaken && WEAKENING.has(name) && differs(facts[name], value)) {
      withheld.push({
        what: name as 'accessKinds' | 'principal',
        value: text(value),
        source: telling.source,
        at,
      });
      continue;
    }
    facts[name] = value;
    factTimes[name] = at;
  }
  const told = { ...before, facts: facts as Facts, factTimes, withheld: distinct(withheld) };
  return applyPresence({ ...told, withheld: undecided(told.withheld, telling) }, telling, mayWeaken);
}

/** What is withheld waits for the word of somebody trusted: once they have spoken of it, it waits no more. */
function undecided(withheld: readonly WithheldChange[], telling: Telling): readonly WithheldChange[] {
  if (!telling.trusted) return withheld;
  return withheld.filter(({ what }) =>
    what === 'offboard' ? telling.presence === 'unsaid' : telling.facts[what] === undefined,
  );
}

/** On- and offboarding follow the same rule as facts: the newest word counts, so a late duplicate resurrects nothing. */
function applyPresence(told: Registration, telling: Telling, mayWeaken: boolean): Registration {
  const at = telling.at.toISOString();
  if (telling.presence === 'unsaid' || isOlder(at, told.factTimes.offboarded)) return told;
  const factTimes = { ...told.factTimes, offboarded: at };
  if (telling.presence === 'onboarded') {
    const back = told.offboardedAt !== null;
    return {
      ...told,
      factTimes,
      offboardedAt: null,
      announcedAt: back ? telling.heardAt.toISOString() : told.announcedAt,
    };
  }
  if (mayWeaken) return { ...told, factTimes, offboardedAt: at };
  const withheld = { what: 'offboard' as const, value: 'true', source: telling.source, at };
  return { ...told, withheld: distinct([...told.withheld, withheld]) };
}

function isOlder(at: string, than: string | undefined): boolean {
  return than !== undefined && at < than;
}

function differs(left: unknown, right: unknown): boolean {
  return text(left) !== text(right);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function distinct(changes: readonly WithheldChange[]): WithheldChange[] {
  return [
    ...new Map(changes.map((change) => [`${change.what}|${change.value}|${change.source}`, change])).values(),
  ];
}

/** The ways we hold access to a tenant; a tenant announced without any is expected to come by Lighthouse. */
export function accessKindsOf(registration: Registration): readonly AccessKind[] {
  return registration.facts.accessKinds ?? ['lighthouse'];
}

/** Of the ways we hold access to a tenant, those a pass can look at. */
export function observedKindsOf(registration: Registration): readonly ObservedKind[] {
  return observedKinds.filter((kind) => accessKindsOf(registration).includes(kind));
}

/** Of the ways we hold access to a tenant, those that only a person can use. */
export function attendedKindsOf(registration: Registration): readonly AttendedKind[] {
  return attendedKinds.filter((kind) => accessKindsOf(registration).includes(kind));
}

/** The agreement a subscription is under, as we were told. */
export function agreementOf(registration: Registration): Agreement {
  return registration.facts.agreement ?? 'unknown';
}
