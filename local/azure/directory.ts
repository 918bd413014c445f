/** The applications Entra knows, their credentials, and which object each of them is in which tenant. */
import { randomBytes, X509Certificate } from 'node:crypto';
import type { Estate } from '../estates/estate.ts';
import { observerOf } from './estate-view.ts';

/** An application of the managing tenant beside the estate's principals, for example an operator's tool. */
export interface ExtraApplication {
  readonly name: string;
  readonly applicationId: string;
  readonly objectId: string;
  readonly secret?: string;
  /** App roles by audience, for example `{ "api://pal-autopilot": ["Pal.Operate"] }`. */
  readonly roles?: Readonly<Record<string, readonly string[]>>;
}

export interface Application {
  readonly name: string;
  readonly applicationId: string;
  /** Its object in the managing tenant. */
  readonly objectId: string;
  readonly secret: string;
  readonly certificates: readonly X509Certificate[];
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

export interface Directory {
  readonly managingTenantId: string;
  readonly observer: { readonly objectId: string; readonly clientId: string };
  readonly applications: readonly Application[];
  knowsTenant(tenantId: string): boolean;
  application(applicationId: string): Application | undefined;
  /** The object an application has in a tenant; undefined where it has none. */
  objectIn(tenantId: string, application: Application): string | undefined;
}

interface DirectoryOptions {
  /** The estate as it was at the start: applications and credentials do not change while it runs. */
  readonly estate: Estate;
  readonly current: () => Estate;
  /** PEM certificates by the name of the principal that may sign in with them. */
  readonly certificates: Readonly<Record<string, string>>;
  readonly extra: readonly ExtraApplication[];
}

export function makeDirectory({ estate, current, certificates, extra }: DirectoryOptions): Directory {
  const managingTenantId = estate.managingTenant.tenantId;
  const applications = [...estate.principals, ...extra].map((one) => ({
    name: one.name,
    applicationId: one.applicationId.toLowerCase(),
    objectId: one.objectId.toLowerCase(),
    secret: one.secret ?? randomBytes(30).toString('base64url'),
    certificates: certificatesOf(certificates[one.name]),
    roles: 'roles' in one ? (one.roles ?? {}) : {},
  }));
  const byId = new Map(applications.map((one) => [one.applicationId, one]));
  const customer = (tenantId: string) => current().customers.find((one) => one.tenantId === tenantId);

  return {
    managingTenantId,
    observer: observerOf(estate),
    applications,
    knowsTenant: (tenantId) => tenantId === managingTenantId || customer(tenantId) !== undefined,
    application: (applicationId) => byId.get(applicationId.toLowerCase()),
    objectIn(tenantId, application) {
      if (tenantId === managingTenantId) return application.objectId;
      const found = customer(tenantId)?.servicePrincipal;
      return found?.principal === application.name ? found.objectId : undefined;
    },
  };
}

function certificatesOf(pem: string | undefined): X509Certificate[] {
  return pem === undefined ? [] : [new X509Certificate(pem)];
}
