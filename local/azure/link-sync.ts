/** Keeps the links of the estate file and the link records together: at the start, and when a timeline changes links. */
import type { Estate } from '../estates/estate.ts';
import type { Caller } from './exchange.ts';
import type { LinkRecord, PartnerLinks } from './partner-links.ts';

/** The first records of the links an estate file gives its principals. */
export function linksOf(estate: Estate, time: string): LinkRecord[] {
  return [...linkedIdentities(estate)].flatMap(({ caller, partnerId }) =>
    partnerId === undefined
      ? []
      : [
          {
            ...caller,
            partnerId,
            version: 1,
            updatedTime: time,
            createdTime: time,
            state: 'Active' as const,
          },
        ],
  );
}

/** What the live estate needs: links as they are before a patch, and the patch carried over to the records. */
export function makeLinkSync(links: PartnerLinks) {
  return {
    refresh: (estate: Estate): Estate => {
      const asRecorded = (caller: Caller) => {
        const partnerId = links.active(caller)?.partnerId;
        return partnerId === undefined ? null : { partnerId };
      };
      const home = estate.managingTenant.tenantId;
      return {
        ...estate,
        principals: estate.principals.map((one) => ({
          ...one,
          link: asRecorded({ tenantId: home, objectId: one.objectId }),
        })),
        customers: estate.customers.map((one) =>
          one.servicePrincipal
            ? {
                ...one,
                servicePrincipal: {
                  ...one.servicePrincipal,
                  link: asRecorded({ tenantId: one.tenantId, objectId: one.servicePrincipal.objectId }),
                },
              }
            : one,
        ),
      };
    },
    /** A link that a patch sets or removes is a write by somebody else: versions climb as with any other. */
    onPatched: (after: Estate): void => {
      for (const { caller, partnerId } of linkedIdentities(after)) {
        const present = links.active(caller)?.partnerId;
        if (present === partnerId) continue;
        if (partnerId === undefined) links.unlink(caller);
        else links.link(caller, partnerId);
      }
    },
  };
}

interface Identity {
  readonly caller: Caller;
  readonly partnerId: string | undefined;
}

function linkedIdentities(estate: Estate): Identity[] {
  const home = estate.managingTenant.tenantId;
  return [
    ...estate.principals.map((one) => ({
      caller: { tenantId: home, objectId: one.objectId },
      partnerId: one.link?.partnerId,
    })),
    ...estate.customers.flatMap(({ tenantId, servicePrincipal }) =>
      servicePrincipal
        ? [
            {
              caller: { tenantId, objectId: servicePrincipal.objectId },
              partnerId: servicePrincipal.link?.partnerId,
            },
          ]
        : [],
    ),
  ];
}
