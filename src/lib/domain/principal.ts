/**
 * An identity to be linked. Usually there is one, the master service account in the managing tenant; a second partner
 * ID needs a second principal, because a link belongs to the identity and holds one ID.
 */
export interface Principal {
  readonly name: string;
  readonly homeTenantId: string;
  /** Object id of the enterprise application (service principal): what delegations must name. */
  readonly objectId: string;
  /** Client id of the app registration: what people put into delegations by mistake. */
  readonly applicationId: string;
  readonly wantedPartnerId: string;
  /** Groups the operator says the principal is a member of; a group's role counts as the principal's own. */
  readonly groupIds: readonly string[];
  /** Object ids the principal had before it was recreated; delegations that name them earn nothing. */
  readonly formerObjectIds: readonly string[];
}
