/** What states, verdicts and reasons are called for people, and how much they matter. */
import type { AccessKind, Agreement, TenantState, Verdict } from './contract.ts';

/** How a thing is shown: in a colour, and by a shape, so that nobody has to tell colours apart. */
export type Tone = 'good' | 'partly' | 'bad' | 'blind' | 'waiting' | 'quiet';

interface Words {
  readonly name: string;
  readonly tone: Tone;
  readonly meaning: string;
}

export const states: Readonly<Record<TenantState, Words>> = {
  earning: {
    name: 'Set up to earn',
    tone: 'good',
    meaning: 'Linked, and an earning role on every active scope. The proof of money is Partner Center’s.',
  },
  'partly-earning': { name: 'Partly set up', tone: 'partly', meaning: 'Some scopes are not set up to earn.' },
  'not-earning': { name: 'Not earning', tone: 'bad', meaning: 'No scope is set up to earn.' },
  unlinked: { name: 'Not linked', tone: 'bad', meaning: 'The principal is not linked to the partner ID.' },
  'linked-elsewhere': {
    name: 'Linked elsewhere',
    tone: 'bad',
    meaning: 'The principal is linked to another partner ID. Nothing was overwritten.',
  },
  'not-delegated': {
    name: 'Not delegated',
    tone: 'bad',
    meaning: 'Nothing is delegated to us, or our observer is missing in the delegation.',
  },
  'awaiting-delegation': {
    name: 'Awaiting delegation',
    tone: 'waiting',
    meaning: 'Announced, and nothing is visible yet. It is looked at again by itself.',
  },
  unobserved: {
    name: 'Blind',
    tone: 'blind',
    meaning: 'It could not be read. That says nothing about what is there.',
  },
  'needs-person': {
    name: 'Needs a person',
    tone: 'partly',
    meaning: 'Only a person can make or show this link, and nobody has, or too long ago.',
  },
  attested: { name: 'Attested', tone: 'good', meaning: 'A person has shown the link.' },
  automatic: {
    name: 'Automatic',
    tone: 'quiet',
    meaning: 'CSP access (AOBO) alone: automatic, and nobody here can verify it.',
  },
  excluded: { name: 'Excluded', tone: 'quiet', meaning: 'Left out by an operator.' },
  offboarded: { name: 'Offboarded', tone: 'quiet', meaning: 'No longer ours.' },
};

/** The order in which people want to read states: what is well, what is not, what nobody knows, what does not count. */
export const stateOrder: readonly TenantState[] = [
  ...(['earning', 'attested', 'partly-earning', 'not-earning', 'unlinked', 'linked-elsewhere'] as const),
  ...(['not-delegated', 'needs-person', 'unobserved', 'awaiting-delegation'] as const),
  ...(['automatic', 'excluded', 'offboarded'] as const),
];

export const verdicts: Readonly<Record<Verdict, Words>> = {
  earning: {
    name: 'Set up to earn',
    tone: 'good',
    meaning: 'The principal holds a permanent role that earns.',
  },
  'role-not-eligible': {
    name: 'Role earns nothing',
    tone: 'bad',
    meaning: 'The principal is there for good, but its role (Reader, for one) earns nothing.',
  },
  'role-unknown': {
    name: 'Role unknown',
    tone: 'partly',
    meaning: 'A role is not in Partner Center’s table. It is unproven until somebody decides it.',
  },
  'eligible-only': {
    name: 'Just-in-time only',
    tone: 'bad',
    meaning: 'Access is only granted on request, which does not count. It has to be permanent.',
  },
  'other-principal': {
    name: 'Other principal',
    tone: 'bad',
    meaning: 'Another of our principals is delegated, one linked to another partner ID.',
  },
  'wrong-object-id': {
    name: 'Wrong object id',
    tone: 'bad',
    meaning: 'The delegation names an application id, or an object id that is gone.',
  },
  'principal-missing': {
    name: 'Principal missing',
    tone: 'bad',
    meaning: 'The delegation is there, and the principal is not in it.',
  },
  'delegation-not-ready': {
    name: 'Not deployed',
    tone: 'waiting',
    meaning: 'The delegation was not deployed to its end.',
  },
  'subscription-inactive': {
    name: 'Inactive',
    tone: 'quiet',
    meaning: 'The subscription is disabled or deleted: nothing is consumed, so nothing can earn.',
  },
  'not-visible': {
    name: 'Not visible',
    tone: 'blind',
    meaning: 'Expected, and nobody sees it. Its removal is not proven.',
  },
  gone: { name: 'Gone', tone: 'bad', meaning: 'The delegation was removed; that is proven.' },
};

const REASONS: Readonly<Record<string, string>> = {
  stale: 'no good look for too long',
  'nothing-visible': 'nothing visible',
  'link-not-read': 'the link could not be read',
  'still-delegated': 'still delegated to us',
  unverified: 'unverified',
  held: 'held by an operator',
  denied: 'access denied',
  throttled: 'throttled',
  unavailable: 'Azure did not answer',
  conflict: 'conflict',
  rejected: 'rejected',
  unexpected: 'unexpected answer',
  'guest-user': 'guest user',
  'directory-account': 'account in their directory',
  'attestation-expired': 'the attestation has expired',
  'attestation-for-other-partner': 'attested for another partner ID',
};

/** A reason in a few words; one we have no words for is shown as it is. */
export function reasonWords(reason: string | null): string {
  if (reason === null) return '';
  const known = namesOf(verdicts)[reason]?.name ?? namesOf(states)[reason]?.name;
  return REASONS[reason] ?? (known === undefined ? reason.replaceAll('-', ' ') : lowered(known));
}

/** The same words, to be looked for by a text that may be none of their names. */
function namesOf(words: Readonly<Record<string, Words>>): Readonly<Record<string, Words | undefined>> {
  return words;
}

function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}

const COUNTS_FOR: Readonly<Record<string, string>> = {
  pec: 'earned credit',
  recognition: 'recognition',
  nothing: 'nothing',
  unknown: 'unknown',
};

export function countsForWords(countsFor: string): string {
  return COUNTS_FOR[countsFor] ?? countsFor;
}

const ACCESS: Readonly<Record<AccessKind, string>> = {
  lighthouse: 'Azure Lighthouse',
  'service-principal': 'our service principal in their tenant',
  'guest-user': 'guest users',
  'directory-account': 'accounts in their directory',
  'csp-aobo': 'CSP (AOBO)',
};

export function accessWords(kind: AccessKind): string {
  return ACCESS[kind];
}

const AGREEMENTS: Readonly<Record<Agreement, string>> = {
  'azure-plan': 'Azure plan',
  ea: 'Enterprise Agreement',
  mca: 'Microsoft Customer Agreement',
  'pay-as-you-go': 'pay as you go',
  unknown: 'not told',
};

export function agreementWords(agreement: Agreement): string {
  return AGREEMENTS[agreement];
}

const SECOND = 1_000;
const UNITS = [
  ['d', 86_400 * SECOND],
  ['h', 3_600 * SECOND],
  ['min', 60 * SECOND],
] as const;

/** How long ago an instant was, in its largest unit: `3 h ago`; `never` for null. */
export function ago(at: string | null, now: number): string {
  if (at === null) return 'never';
  const past = now - Date.parse(at);
  if (past < 60 * SECOND) return past < -60 * SECOND ? 'in the future' : 'just now';
  return `${lasting(past)} ago`;
}

/** A time span in its largest unit. */
export function lasting(span: number): string {
  const [unit, size] = UNITS.find(([, length]) => span >= length) ?? ['min', 60 * SECOND];
  return `${Math.floor(span / size)} ${unit}`;
}

/** An instant as an exact text, in UTC. */
export function exactly(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  linked: 'the link was made',
  relinked: 'the link was replaced',
  unlinked: 'the link was removed',
  assessed: 'looked at; something changed',
  unchanged: 'all is as it was',
  refused: 'refused',
  'needs-person': 'a person has to do it',
  'would-link': 'would be made',
  'would-relink': 'would be replaced',
  'would-unlink': 'would be removed',
  failed: 'failed',
};

/** What a pass came to, or would come to. */
export function outcomeWords(outcome: string): string {
  return OUTCOMES[outcome] ?? outcome;
}
