import type { Operation } from '@tenantry/contracts';
import type { Kind } from './kinds.js';

/** Which value of which kind of thing a field names. */
export interface Slot {
  readonly kind: Kind;
  readonly value: string;
  /** Proves or invites somebody rather than naming a thing: another tenant's is no attack. */
  readonly isProof: boolean;
}

const slot = (kind: Kind, value = 'id'): Slot => ({ kind, value, isProof: false });
const proof = (kind: Kind, value: string): Slot => ({ kind, value, isProof: true });

/**
 * The fields that name things. Looked up from the most to the least particular: `Operation.field`, the address up to the field,
 * `scope field`, the field alone. Null for a field that only looks like one of them.
 */
const slots: Readonly<Record<string, Slot | null>> = {
  '/v1/agents/{agentId}': slot('agent'),
  '/v1/api-keys/{id}': slot('key'),
  '/v1/audit/events/{id}': slot('auditEntry'),
  '/v1/meters/{meter}': slot('meter'),
  '/v1/members/{userId}': slot('member'),
  '/v1/staff/{userId}': slot('staffMember'),
  '/v1/product-tables/{table}': slot('productTable', 'name'),
  '/v1/product-tables/{table}/foreign-keys/{name}': slot('productTable', 'foreignKey'),
  '/v1/tables/{table}/foreign-keys/{name}': slot('table', 'foreignKey'),
  'platform tenantId': slot('tenant'),
  'platform tenant_id': slot('tenant'),
  'platform sandboxOf': slot('tenant'),
  'self tenant_id': slot('self'),
  budgetId: slot('budget'),
  invoiceId: slot('invoice'),
  parentId: slot('budget'),
  paymentId: slot('payment'),
  paymentMethodId: slot('paymentMethod'),
  planId: slot('plan'),
  assigneeId: slot('member'),
  requestId: slot('privacyRequest'),
  requestIds: slot('privacyRequest', 'all'),
  reservationId: slot('reservation'),
  rotationId: slot('keyRotation'),
  grantId: slot('supportGrant'),
  'GrantSupportAccess.staffId': null,
  user_id: slot('member'),
  organizationId: slot('organization'),
  table: slot('table', 'name'),
  table_name: slot('table', 'name'),
  referencedTable: slot('table', 'parent'),
  foreign_table_name: slot('table', 'parent'),
  version: slot('productTable', 'version'),
  'AppealPrivacyRequest.requestId': slot('deniedRequest'),
  'ConfirmPrivacyForm.code': proof('formRequest', 'code'),
  'ConfirmPrivacyForm.reference': proof('formRequest', 'id'),
  'ConfirmPrivacyForm.tenant': proof('formRequest', 'slug'),
  'DecidePrivacyAppeal.requestId': slot('appealedRequest'),
  'FulfilPrivacyRequest.requestId': slot('optOutRequest'),
  'HandOverPrivacyRequest.requestId': slot('processorRequest'),
  'RecordPrivacyAnswer.requestId': slot('askedRequest'),
  'SubmitPrivacyForm.tenant': proof('formRequest', 'slug'),
  'AcceptOwnerLink.token': proof('invitation', 'token'),
  '/v1/agents/{agentId}/tokens/{tokenId}': slot('agentToken'),
  'RevokeAgentToken.agentId': slot('agentToken', 'agentId'),
  'ListCompletions.agentId': slot('publishedAgent'),
  'IssueAgentToken.agentId': slot('publishedAgent'),
  'IssueAgentToken.onBehalfOf': slot('self', 'userId'),
  'AgentsIssueToken.agent_id': slot('publishedAgent'),
  'AgentsIssueToken.on_behalf_of': slot('self', 'userId'),
  'ExchangeAgentToken.agentId': slot('agentCaller', 'agentId'),
  'CallAgentTool.name': proof('toolCaller', 'name'),
  approvalId: slot('approval'),
  locationId: slot('self'),
  location_id: slot('self'),
  'PublishAgentVersion.agentId': slot('draftedAgent'),
  'GetAgentVersion.agentId': slot('draftedAgent'),
  'DiffAgentVersions.agentId': slot('draftedAgent'),
  'ListAgentVersions.agentId': slot('draftedAgent'),
  'RollBackAgent.agentId': slot('rolledOutAgent'),
  'CreateAgent.ownerId': slot('member'),
  'CreateChatCompletion.user': proof('spender', 'id'),
  'DeleteProviderKey.provider': slot('providerKey', 'provider'),
  'GetPriceBook.version': slot('priceBook', 'version'),
  completionId: slot('completion'),
  'ActivateTenant.tenantId': slot('suspendedTenant'),
  'ActivateTenantSchema.tenant_id': slot('suspendedTenant'),
  'AddProductForeignKey.referencedTable': slot('productTable', 'parent'),
  'ChangeTenantPlan.version': null,
  'CheckBudgetBeforeUsage.company_id': slot('spender'),
  'CheckUsage.meter': slot('meter', 'key'),
  'ChangePassword.currentPassword': proof('stranger', 'password'),
  'CreateSchemaTable.table_name': null,
  'DropSchemaForeignKey.constraint_name': slot('table', 'foreignKey'),
  '/v1/stripe-events/{eventId}': slot('stripeEvent'),
  'CollectInvoice.invoiceId': slot('dueInvoice'),
  'CollectTenantInvoice.invoiceId': slot('dueInvoice'),
  'CollectTenantInvoice.tenantId': slot('dueInvoice', 'tenantId'),
  'CreatePayment.paymentMethodId': proof('connectedAccount', 'card'),
  'CreditInvoice.invoiceId': slot('openInvoice'),
  'CreditInvoice.tenantId': slot('openInvoice', 'tenantId'),
  'FinalizeInvoice.tenantId': slot('invoice', 'tenantId'),
  'GetInvoice.invoiceId': slot('openInvoice'),
  'GetInvoiceDocument.invoiceId': slot('openInvoice'),
  'GetTenantInvoiceDocument.tenantId': slot('invoice', 'tenantId'),
  'ListLineUsage.invoiceId': slot('openInvoice'),
  lineId: slot('openInvoice', 'lineId'),
  'TraceUsageEvent.type': slot('usageEvent', 'type'),
  'TraceUsageEvent.id': slot('usageEvent'),
  'GetPlan.version': null,
  'GetTenantInvoice.tenantId': slot('invoice', 'tenantId'),
  'GetUsage.meter': slot('meter', 'key'),
  'LogApiUsageAndUpdateBudget.company_id': slot('spender'),
  'MarkInvoiceUncollectible.invoiceId': slot('openInvoice'),
  'MarkInvoiceUncollectible.tenantId': slot('openInvoice', 'tenantId'),
  'PayInvoice.invoiceId': slot('openInvoice'),
  'PayInvoice.tenantId': slot('openInvoice', 'tenantId'),
  'RecordUsage.events': slot('meter', 'events'),
  'RefundPayment.paymentId': slot('directPayment'),
  'RefundTenantPayment.tenantId': slot('payment', 'tenantId'),
  'RemoveEntitlementOverride.feature': slot('overriddenTenant', 'feature'),
  'RemoveEntitlementOverride.tenantId': slot('overriddenTenant'),
  'ReserveBudget.accounts': slot('budget', 'all'),
  'SimulateReservation.accounts': slot('budget', 'all'),
  'TrackUsage.meter_id': slot('meter', 'key'),
  'TrackUsage.user_id': null,
  'VoidInvoice.tenantId': slot('invoice', 'tenantId'),
  'ListAuditEvents.actor': slot('self', 'userId'),
  'Login.email': proof('person', 'email'),
  'Login.password': proof('person', 'password'),
  'Login.tenant': slot('self', 'slug'),
  'Logout.refreshToken': slot('session', 'refreshToken'),
  'Refresh.refreshToken': proof('session', 'refreshToken'),
  'Refresh.tenant': slot('self', 'slug'),
  'RevokeAdmin.user_id': slot('adminMember'),
};

/** What a field of an operation names; undefined for a plain value. */
export function slotOf({ name, scope, http }: Operation, field: string): Slot | undefined {
  const path = http?.path ?? '';
  const end = path.indexOf(`{${field}}`);
  const address = end < 0 ? '' : path.slice(0, end + field.length + 2);
  const known = [`${name}.${field}`, address, `${scope} ${field}`, field].find((key) => key in slots);
  return (known === undefined ? null : slots[known]) ?? undefined;
}
