import { readAttestation, withAttestation, type Attestation } from '../domain/attestation.ts';
import { refused } from '../domain/fault.ts';
import { principalFor, type PassRules } from '../domain/pass-rules.ts';
import { attendedKindsOf } from '../domain/tenant.ts';
import type { TenantRecord, Told } from '../domain/tenant-record.ts';
import {
  recordTold,
  type RecordToldDeps,
  type ToldDecision,
  type ToldRequest,
  type ToldResult,
} from './record-told.ts';

export interface AttestDeps extends RecordToldDeps, Pick<PassRules, 'principals' | 'principalRules'> {
  readonly observer: { readonly managedIdentityClientId: string; readonly objectId: string | null };
  /** How long an attestation counts (milliseconds). */
  readonly attestationValidMs: number;
}

/** `input` is what was sent, unchecked; its schema is `attestationInput`. */
export type Attest = (asked: ToldRequest) => Promise<ToldResult>;

/**
 * Keeps what a person shows of their own link in a tenant that no pass can look at. Every field is checked against what
 * is wanted for the tenant; what is faulty is named, and nothing is kept of it.
 */
export function makeAttest(deps: AttestDeps): Attest {
  return ({ input, ...asked }) => recordTold(deps, asked, (record, now) => decide(deps, record, input, now));
}

function decide(deps: AttestDeps, record: TenantRecord, input: unknown, now: Date): ToldDecision {
  const { registration } = record;
  if (attendedKindsOf(registration).length === 0) {
    return refused('invalid', {
      field: 'tenantId',
      problem:
        'is not held through a guest or directory account: links of other kinds are read, not attested. Where there is such an account, announce it in accessKinds first',
    });
  }
  const principal = principalFor(deps, registration);
  if (!principal) {
    const name = registration.facts.principal ?? '';
    return refused('invalid', {
      field: 'tenantId',
      problem: `is to use the principal “${name}”, which the settings do not name`,
    });
  }
  const read = readAttestation(input, {
    tenantId: registration.tenantId,
    wantedPartnerId: principal.wantedPartnerId,
    notPeople: notPeople(deps, record),
    validMs: deps.attestationValidMs,
    now,
  });
  if ('faults' in read) return refused('invalid', ...read.faults);
  const attestations = withAttestation(record.attestations, read.attestation);
  if (attestations === record.attestations) return { kind: 'unchanged' };
  return { kind: 'record', record: { ...record, attestations }, told: toldOf(read.attestation) };
}

function toldOf({ objectId, partnerId, attestedBy, attestedAt, expiresAt }: Attestation): Told {
  return { what: 'attestation', objectId, partnerId, by: attestedBy, at: attestedAt, expiresAt };
}

/** Every identity of ours that might be shown by mistake, where a person ran the command as an application. */
function notPeople(
  { principals, observer }: AttestDeps,
  { registration, pinned }: TenantRecord,
): ReadonlyMap<string, string> {
  const known: [string | null | undefined, string][] = [
    ...principals.flatMap(({ name, objectId, applicationId, formerObjectIds }): [string, string][] => [
      ...formerObjectIds.map((id): [string, string] => [id, `a former object of our principal “${name}”`]),
      [applicationId, `the application of our principal “${name}”`],
      [objectId, `our principal “${name}”`],
    ]),
    [observer.managedIdentityClientId, 'our observer'],
    [observer.objectId, 'our observer'],
    [registration.facts.servicePrincipalObjectId, 'our service principal in this tenant'],
    [pinned?.objectId, 'our service principal in this tenant'],
  ];
  return new Map(known.flatMap(([id, what]): [string, string][] => (id ? [[id.toLowerCase(), what]] : [])));
}
