/**
 * Who may use the product in a local run, as an administrator would set them up: two applications that may call the API, and
 * two people who may sign in to the dashboard.
 */
import { randomBytes, randomUUID } from 'node:crypto';

/** Client id of the API's registration in the local Entra. */
export const apiClientId = '5d3c0d3e-7a11-4c0b-9f7e-2b8a6d94e1f0';

export interface Operator {
  readonly name: string;
  readonly applicationId: string;
  readonly objectId: string;
  readonly secret: string;
  /** App roles by audience. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

/** One that may do everything, and one that may only read; with new secrets for every run. */
export function makeOperators(): { readonly operator: Operator; readonly reader: Operator } {
  const holding = (name: string, role: string): Operator => ({
    name,
    applicationId: randomUUID(),
    objectId: randomUUID(),
    secret: randomBytes(24).toString('base64url'),
    roles: { [`api://${apiClientId}`]: [role] },
  });
  return { operator: holding('operator', 'Pal.Operate'), reader: holding('reader', 'Pal.Read') };
}

/** The people who may sign in to the dashboard; made up anew for every run. */
export function makePeople() {
  const person = (name: string, role: string) => ({
    name,
    objectId: randomUUID(),
    clientId: apiClientId,
    roles: [role],
  });
  return [person('Olga Operator', 'Pal.Operate'), person('Rami Reader', 'Pal.Read')];
}

/** How to get a token, as the stack's file of addresses tells it. */
export function signInFacts(
  authority: string,
  tenantId: string,
  { operator, reader }: ReturnType<typeof makeOperators>,
): Record<string, string> {
  return {
    tokenEndpoint: `${authority}/${tenantId}/oauth2/v2.0/token`,
    tenantId,
    apiScope: `api://${apiClientId}/.default`,
    operatorClientId: operator.applicationId,
    operatorSecret: operator.secret,
    readerClientId: reader.applicationId,
    readerSecret: reader.secret,
  };
}
