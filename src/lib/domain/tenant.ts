import { agreementOf, nothingTold, tellAgreement, type Agreement, type ToldAgreements } from './agreement.ts';

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

/** What one telling may say: besides the tenant's facts, agreements of single subscriptions, each a fact of its own. */
export interface ToldFacts extends Facts {
  readonly subscriptionAgreements?: Readonly<Record<string, Agreement>> | undefined;
}

/** Facts that may decide what is watched, and with whom: the last two only where the settings have rules about them. */
export type WeakeningFact =
  'accessKinds' | 'principal' | 'servicePrincipalObjectId' | 'subscriptionIds' | 'tags' | 'agreement';

/** So many withheld changes are kept of a tenant, the newest. */
const WITHHELD_KEPT = 50;
/** So much of a withheld value is kept. */
const WITHHELD_LENGTH = 1_000;

/** A change that would weaken what we watch over, told by a source that is not trusted: an operator decides. */
export interface WithheldChange {
  readonly what: WeakeningFact | 'offboard';
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
  /** The agreements of the tenant and of its subscriptions, with what held before; absent on rows of older versions. */
  readonly agreements?: ToldAgreements;
}

/** What was told of a tenant's agreements. A subscription that is another tenant's now has none told there. */
export function toldAgreementsOf({ agreements, facts, factTimes }: Registration): ToldAgreements {
  if (agreements) return agreements;
  if (!facts.agreement) return nothingTold;
  return { ...nothingTold, tenant: tellAgreement(null, facts.agreement, factTimes.agreement ?? '') };
}

/** What a telling says of the tenant's being ours: that it is, that it no longer is, or nothing. */
export type Presence = 'onboarded' | 'offboarded' | 'unsaid';

/** One telling: facts, from whom, and the time they are true from. */
export interface Telling {
  readonly tenantId: string;
  readonly facts: ToldFacts;
  readonly presence: Presence;
  readonly at: Date;
  /** When we heard of it: a delegation is waited for from then on, however old the news is. */
  readonly heardAt: Date;
  readonly source: string;
  /** Whether the source may weaken what we watch over. */
  readonly trusted: boolean;
  /** Facts which, by the settings' rules, decide what is watched or with whom, so that changing them may weaken it. */
  readonly deciding?: readonly ('tags' | 'agreement')[];
}

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
  const weakening = ['accessKinds', 'principal', 'servicePrincipalObjectId', ...(telling.deciding ?? [])];
  const { subscriptionAgreements = {}, ...plain } = telling.facts;
  let agreements = tellEach(toldAgreementsOf(before), subscriptionAgreements, at);

  for (const [name, value] of Object.entries(plain) as [FactName, unknown][]) {
    if (value === undefined) continue;
    const shrinks =
      name === 'subscriptionIds' && isWithout(value as readonly string[], before.facts.subscriptionIds);
    const withhold = !mayWeaken && (shrinks || (weakening.includes(name) && differs(facts[name], value)));
    // An agreement that comes late changes nothing that holds, but may be the one that held before.
    if (name === 'agreement' && !withhold) {
      agreements = { ...agreements, tenant: tellAgreement(agreements.tenant, value as Agreement, at) };
    }
    if (isOlder(at, factTimes[name])) continue;
    if (withhold) {
      withheld.push({
        what: name as WeakeningFact,
        value: text(value).slice(0, WITHHELD_LENGTH).toWellFormed(),
        source: telling.source,
        at,
      });
      continue;
    }
    facts[name] = value;
    factTimes[name] = at;
  }
  const told = { ...before, facts: facts as Facts, factTimes, withheld: distinct(withheld) };
  const isTold = agreements.tenant !== null || Object.keys(agreements.subscriptions).length > 0;
  return applyPresence(
    { ...told, withheld: undecided(told.withheld, telling), ...(isTold ? { agreements } : {}) },
    telling,
    mayWeaken,
  );
}

/** What is withheld waits for the word of somebody trusted: once they have spoken of it, it waits no more. */
function undecided(withheld: readonly WithheldChange[], telling: Telling): readonly WithheldChange[] {
  if (!telling.trusted) return withheld;
  return withheld.filter(({ what }) =>
    what === 'offboard' ? telling.presence === 'unsaid' : telling.facts[what] === undefined,
  );
}

function tellEach(
  known: ToldAgreements,
  told: Readonly<Record<string, Agreement>>,
  at: string,
): ToldAgreements {
  const subscriptions = { ...known.subscriptions };
  for (const [id, agreement] of Object.entries(told)) {
    subscriptions[id] = tellAgreement(subscriptions[id] ?? null, agreement, at);
  }
  return { ...known, subscriptions };
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

/** Whether a list of subscriptions lacks one that was expected. */
function isWithout(told: readonly string[], expected: readonly string[] = []): boolean {
  const found = new Set(told);
  return expected.some((id) => !found.has(id));
}

function differs(left: unknown, right: unknown): boolean {
  return text(left) !== text(right);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  // Tags are equal in whatever order they were written.
  const isTags = typeof value === 'object' && value !== null && !Array.isArray(value);
  return JSON.stringify(isTags ? Object.fromEntries(Object.entries(value).sort()) : value);
}

function distinct(changes: readonly WithheldChange[]): WithheldChange[] {
  return [
    ...new Map(changes.map((change) => [`${change.what}|${change.value}|${change.source}`, change])).values(),
  ].slice(-WITHHELD_KEPT);
}

/** The ways we hold access to a tenant; a tenant announced without any is expected to come by Lighthouse. */
export function accessKindsOf(registration: Registration): readonly AccessKind[] {
  return registration.facts.accessKinds ?? ['lighthouse'];
}

/** Of the ways we hold access to a tenant, those a pass can look at. */
export function observedKindsOf(registration: Registration): readonly ObservedKind[] {
  return observedKinds.filter((kind) => accessKindsOf(registration).includes(kind));
}

/**
 * Whether nobody announced a way of access that a pass can look at: people link by hand there, or Microsoft does. Passes
 * look through the delegations all the same, because one may be there that nobody announced; and expect nothing.
 */
export function isByHand(registration: Registration): boolean {
  return observedKindsOf(registration).length === 0;
}

/** The ways in which a pass looks at a tenant. */
export function sightsOf(registration: Registration): readonly ObservedKind[] {
  return isByHand(registration) ? ['lighthouse'] : observedKindsOf(registration);
}

/** Of the ways we hold access to a tenant, those that only a person can use. */
export function attendedKindsOf(registration: Registration): readonly AttendedKind[] {
  return attendedKinds.filter((kind) => accessKindsOf(registration).includes(kind));
}

/** The agreement a subscription is under, as we were told. */
export function agreementIn(registration: Registration, subscriptionId: string): Agreement {
  return agreementOf(toldAgreementsOf(registration), subscriptionId);
}
