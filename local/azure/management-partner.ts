/**
 * Microsoft.ManagementPartner 2018-02-01. What the recordings show is answered as recorded. Nobody recorded these, so
 * they are choices: a PUT while another ID is linked (rule `putWhenLinked`), a PUT of the linked ID (200, nothing
 * changes), a GET of another ID (404), a PATCH to an invalid ID (400), a DELETE of another ID (200, nothing changes).
 */
import type { Estate } from '../estates/estate.ts';
import type { Answer, Caller } from './exchange.ts';
import type { LinkRecord, PartnerLinks } from './partner-links.ts';

export interface ManagementPartner {
  read(caller: Caller, partnerId?: string): Answer;
  create(caller: Caller, partnerId: string): Answer;
  change(caller: Caller, partnerId: string): Answer;
  remove(caller: Caller, partnerId: string): Answer;
  operations(): Answer;
}

export function makeManagementPartner(links: PartnerLinks, estate: () => Estate): ManagementPartner {
  const isValid = (partnerId: string) => estate().partnerIds.some((one) => one.id === partnerId);
  const shown = (record: LinkRecord): Answer => ({
    status: 200,
    body: toBody(record, estate().partnerIds.find((one) => one.id === record.partnerId)?.name),
  });

  return {
    read(caller, partnerId) {
      const record = links.active(caller);
      const isOther = partnerId !== undefined && partnerId !== record?.partnerId;
      return !record || isOther ? notLinked() : shown(record);
    },
    create(caller, partnerId) {
      const record = links.active(caller);
      if (!isValid(partnerId)) return invalid();
      if (record?.partnerId === partnerId) return shown(record);
      if (record && estate().rules.putWhenLinked === 'conflict') return alreadyLinked();
      return shown(links.link(caller, partnerId));
    },
    change(caller, partnerId) {
      const record = links.active(caller);
      if (!record) return notLinked();
      if (record.partnerId === partnerId) return shown(record);
      if (!isValid(partnerId)) return invalid();
      return shown(links.link(caller, partnerId));
    },
    remove(caller, partnerId) {
      if (links.active(caller)?.partnerId === partnerId) links.unlink(caller);
      return { status: 200 };
    },
    operations: () => ({ status: 200, body: { value: operations } }),
  };
}

function toBody(record: LinkRecord, partnerName: string | undefined): object {
  return {
    id: `/providers/microsoft.managementpartner/partners/${record.partnerId}`,
    type: 'Microsoft.ManagementPartner/partners',
    name: record.partnerId,
    etag: record.version,
    properties: {
      partnerId: record.partnerId,
      ...(partnerName === undefined ? {} : { partnerName }),
      tenantId: record.tenantId,
      objectId: record.objectId,
      version: record.version,
      updatedTime: record.updatedTime,
      createdTime: record.createdTime,
      state: record.state,
    },
  };
}

const notLinked = () =>
  refusal(404, 'ManagementPartnerNotFound', 'This user or service principal is not linked with a Partner ID');
const invalid = () => refusal(400, 'PartnerIdInvalid', 'The Partner ID is not valid');
const alreadyLinked = () =>
  refusal(409, 'Conflict', 'This user or service principal is already linked with a Partner ID');

/** The provider says code and message twice. */
function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message }, code, message } };
}

const operations = [
  { name: 'read', operation: 'Get ManagementPartner', description: 'Read All ManagementPartner' },
  { name: 'write', operation: 'Create ManagementPartner', description: 'Create any ManagementPartner' },
  { name: 'action', operation: 'Update ManagementPartner', description: 'Update any ManagementPartner' },
  { name: 'delete', operation: 'Delete ManagementPartner', description: 'Delete any ManagementPartner' },
].map(({ name, operation, description }) => ({
  name: `Microsoft.ManagementPartner/partners/${name}`,
  display: {
    provider: 'Microsoft ManagementPartner',
    resource: 'ManagementPartner',
    operation,
    description,
  },
}));
