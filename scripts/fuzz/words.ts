import type { MessageType, Operation } from '@tenantry/contracts';
import fc from 'fast-check';
import { PASSWORD } from './client.js';

/** Not given, although the contract would take it: what it may say depends on other fields. */
const absent = fc.constant(undefined);
const is = (...words: unknown[]): fc.Arbitrary<unknown> => fc.constantFrom(...words);
const identifier = fc.stringMatching(/^[a-z]{3}[a-z0-9_]{0,20}$/);
const columnType = is(
  'text',
  'integer',
  'numeric(12,2)',
  'boolean',
  'timestamptz',
  'jsonb',
  'VARCHAR(80)',
  'text[]',
  'uuid',
);

/** Columns of a new table; two of them never share a name. */
const columns = fc.uniqueArray(
  fc.record(
    {
      name: identifier,
      type: columnType,
      nullable: fc.boolean(),
      classification: is('none', 'internal', 'personal', 'sensitive'),
    },
    { requiredKeys: ['name', 'type'] },
  ),
  { minLength: 1, maxLength: 5, selector: ({ name }) => name },
);
/** Prices of models; no two of one model. */
const prices = fc.uniqueArray(
  fc.record({
    model: fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/),
    provider: is('acme'),
    contextTokens: fc.integer({ min: 1_000, max: 2_000_000 }),
    maxOutputTokens: fc.integer({ min: 1, max: 1_000 }),
    input: is('0.15', '0', '3'),
    output: is('0.60', '15.000000001'),
  }),
  { minLength: 1, maxLength: 5, selector: ({ model }) => model },
);
const anotherColumn = { type: columnType, nullable: is(true), default: absent, unique: absent, references: absent };
const openInvoice = { tenantId: is('{{openInvoice.tenantId}}'), invoiceId: is('{{openInvoice.id}}') };
const newForeignKey = { name: absent, columns: is(['parent_id']), referencedColumns: is(['id']) };

/**
 * Words that mean something, and ids that exist, where rules alone would give text that a service can only refuse. A field is
 * looked for under its message, then under its service and scope, then under its service, then alone.
 */
const words: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
  '*': { cursor: absent },

  data: { subjectColumn: absent, ownerColumn: absent, searchable: absent, rotationId: is('{{keyRotation.id}}') },
  'data tenant': {
    table: is('{{table.table}}'),
    column: is('{{table.column}}'),
    table_name: is('{{table.table}}'),
    column_name: is('{{table.column}}'),
    constraint_name: is('{{table.foreignKey}}'),
  },
  'data platform': {
    table: is('{{productTable.table}}'),
    column: is('{{productTable.column}}'),
    version: is('{{productTable.version}}'),
  },
  AccessRule: { columns: absent, rows: is('all') },
  CreateTableRequest: { name: is('{{fresh.name}}'), columns },
  CreateProductTableRequest: { name: is('{{fresh.name}}'), columns },
  CreateSchemaTableRequest: { table_name: is('{{fresh.name}}'), columns },
  AddColumnRequest: { name: identifier, ...anotherColumn },
  AddProductColumnRequest: { name: identifier, ...anotherColumn },
  AddSchemaColumnRequest: {
    column_name: identifier,
    column_type: columnType,
    is_nullable: is(true),
    default_value: absent,
    is_unique: absent,
  },
  AddForeignKeyRequest: { ...newForeignKey, referencedTable: is('{{table.table}}') },
  AddProductForeignKeyRequest: { ...newForeignKey, referencedTable: is('{{productTable.table}}') },
  AddSchemaForeignKeyRequest: {
    column_name: is('parent_id'),
    foreign_table_name: is('{{table.table}}'),
    foreign_column_name: is('id'),
    constraint_name: absent,
  },
  DropForeignKeyRequest: { name: is('{{table.foreignKey}}') },
  DropProductForeignKeyRequest: { name: is('{{productTable.foreignKey}}') },

  identity: { email: is('{{fresh.email}}'), id: is('{{apiKey.id}}'), tenant: absent },
  'identity tenant': { userId: is('{{member.userId}}'), user_id: is('{{member.userId}}') },
  'identity platform': { userId: is('{{staffMember.userId}}') },
  RevokeAdminRequest: { user_id: is('{{adminMember.userId}}') },
  CreateApiKeyRequest: {
    kind: is('secret'),
    scopes: fc.subarray(['rows.read', 'rows.write', 'tables.read', 'members.*'], { minLength: 1 }),
    expiresAt: is('2099-01-01T00:00:00Z'),
    allowedOrigins: absent,
  },
  LoginRequest: { email: is('{{person.email}}'), password: is('{{person.password}}') },
  RefreshRequest: { refreshToken: is('{{session.refreshToken}}') },
  LogoutRequest: { refreshToken: absent },
  AcceptOwnerLinkRequest: { token: is('{{invitation.token}}'), password: is(PASSWORD) },
  ChangePasswordRequest: { currentPassword: is('{{self.password}}'), newPassword: is(PASSWORD) },

  tenants: {
    slug: is('{{fresh.slug}}'),
    region: absent,
    sandboxOf: absent,
    ownerEmail: is('{{fresh.email}}'),
    owner_email: is('{{fresh.email}}'),
    ownerPassword: is(PASSWORD),
    owner_password: is(PASSWORD),
    organizationId: is('{{organization.id}}'),
    tenantId: is('{{tenant.id}}'),
    tenant_id: is('{{tenant.id}}'),
  },
  'tenants self': { tenant_id: is('{{self.tenantId}}') },
  CreateOrganizationRequest: { name: is('{{fresh.text}}') },
  ActivateTenantRequest: { tenantId: is('{{suspendedTenant.id}}') },
  ActivateTenantSchemaRequest: { tenant_id: is('{{suspendedTenant.id}}') },
  SetRateLimitRequest: { ratePerS: fc.integer({ min: 1, max: 1_000 }), burst: fc.integer({ min: 1_000, max: 9_000 }) },
  ReplaceAccessPolicyRequest: {
    allowedIps: is([], ['127.0.0.0/8'], ['10.0.0.0/8', '127.0.0.1', '::1']),
    corsOrigins: is([], ['https://app.example.com']),
  },

  agents: {
    name: is('{{fresh.text}}'),
    ownerId: is('{{member.userId}}'),
    agentId: is('{{agent.id}}'),
    number: is(1),
    from: is(1),
    to: is(1),
  },
  AgentConfig: {
    tools: is([], [{ name: 'select_rows', needsApproval: false }]),
    permissions: is([], ['rows.read'], ['meters.*', 'rows.read']),
    data: is([], [{ table: 'tickets', actions: ['select'], columns: [] }]),
    guardrails: is([]),
  },
  PublishAgentVersionRequest: { agentId: is('{{draftedAgent.id}}') },
  GetAgentVersionRequest: { agentId: is('{{draftedAgent.id}}') },
  DiffAgentVersionsRequest: { agentId: is('{{draftedAgent.id}}') },
  IssueAgentTokenRequest: {
    agentId: is('{{liveAgent.id}}'),
    permissions: is([], ['rows.read']),
    onBehalfOf: absent,
  },
  AgentsIssueTokenRequest: { agent_id: is('{{liveAgent.id}}'), on_behalf_of: absent },
  RevokeAgentTokenRequest: { agentId: is('{{agentToken.agentId}}'), tokenId: is('{{agentToken.id}}') },
  SetAgentStopRequest: { stopped: is(false) },
  SetPlatformAgentStopRequest: { stopped: is(false) },
  RollBackAgentRequest: { agentId: is('{{rolledOutAgent.id}}') },
  CreateChatCompletionRequest: {
    ...{ model: is('local-rules'), user: is('{{spender.tenantId}}'), stream: absent, stream_options: absent },
    ...{
      tools: absent,
      tool_choice: absent,
      response_format: absent,
      stop: absent,
      store: is(false),
      metadata: absent,
    },
  },
  ChatInputMessage: { role: is('user', 'system'), content: fc.string(), tool_calls: absent, tool_call_id: absent },
  GetCompletionRequest: { completionId: is('{{completion.id}}') },
  ListCompletionsRequest: { agentId: absent },
  PublishPriceBookRequest: { models: prices },
  GetPriceBookRequest: { version: is('current', '{{priceBook.version}}') },
  PutModelProviderRequest: { name: is('acme', 'beta-2'), baseUrl: is('https://models.example/v1') },
  PutProviderKeyRequest: { provider: is('acme', 'beta-2') },
  DeleteProviderKeyRequest: { provider: is('{{providerKey.provider}}') },
  audit: { id: is('{{auditEvent.id}}') },

  billing: {
    name: is('{{fresh.text}}'),
    planId: is('{{plan.id}}'),
    version: absent,
    price: is('9.99', '0', '1000000.000000001'),
    currency: is('USD'),
    usageCaps: is({}, { apiCalls: 100 }),
    usage_caps: is({}, { apiCalls: 100 }),
    tenantId: is('{{tenant.id}}'),
    unitPrices: is({}, { apiCalls: '0.000002' }),
    meter: is('{{meter.key}}', '{{meter.id}}'),
    meter_id: is('{{meter.key}}'),
    paymentId: is('{{payment.id}}'),
    paymentMethodId: is('{{paymentMethod.id}}'),
    eventId: is('{{stripeEvent.id}}'),
    budgetId: is('{{budget.id}}'),
    parentId: is('{{budget.id}}'),
    reservationId: is('{{reservation.id}}'),
    accounts: is(['{{budget.id}}']),
    limit: absent,
    estimate: is('0.10', '0', '12.000000001'),
    actual: is('0.10', '0', '99.5'),
    company_id: is('{{spender.tenantId}}'),
    estimated_cost: is(0, 0.5, 12),
    cost: is(0, 0.5, 12),
    cursor: absent,
  },
  compliance: {
    requestId: is('{{privacyRequest.id}}'),
    requestIds: is(['{{privacyRequest.id}}']),
    assigneeId: is('{{member.userId}}'),
    calendar: is('DE', 'DE-BE', 'US-CA'),
    receivedAt: absent,
    answeredAt: absent,
    website: absent,
    tenant: is('{{privacyForm.slug}}'),
  },
  RecordPrivacyAnswerRequest: { requestId: is('{{askedRequest.id}}') },
  FulfilPrivacyRequestRequest: { requestId: is('{{optOutRequest.id}}') },
  HandOverPrivacyRequestRequest: { requestId: is('{{processorRequest.id}}') },
  AppealPrivacyRequestRequest: { requestId: is('{{deniedRequest.id}}') },
  DecidePrivacyAppealRequest: { requestId: is('{{deniedRequest.id}}') },
  ConfirmPrivacyFormRequest: { reference: is('{{privacyRequest.id}}') },

  DraftInvoiceRequest: { from: is('2040-01-01', '2040-01-31'), to: is('2040-02-01', '2040-12-31') },
  FinalizeInvoiceRequest: { tenantId: is('{{invoice.tenantId}}'), invoiceId: is('{{invoice.id}}') },
  PayInvoiceRequest: openInvoice,
  VoidInvoiceRequest: openInvoice,
  MarkInvoiceUncollectibleRequest: openInvoice,
  GetTenantInvoiceRequest: openInvoice,
  GetPlatformBillingRequest: { from: absent },
  ExportInvoiceLinesRequest: { from: absent },
  SetTenantTaxRequest: { ratePercent: is('0', '19.00', '8.125'), reverseCharge: is(false) },
  GetInvoiceDocumentRequest: { invoiceId: is('{{openInvoice.id}}') },
  GetTenantInvoiceDocumentRequest: openInvoice,
  ListLineUsageRequest: { invoiceId: is('{{openInvoice.id}}'), lineId: is('{{openInvoice.lineId}}') },
  TraceUsageEventRequest: { type: is('{{usageEvent.type}}'), id: is('{{usageEvent.id}}') },
  GetInvoiceRequest: { invoiceId: is('{{openInvoice.id}}') },
  CreditInvoiceRequest: {
    tenantId: is('{{openInvoice.tenantId}}'),
    invoiceId: is('{{openInvoice.id}}'),
    amount: is('0.01', '1.00'),
  },
  SetUpPaymentMethodRequest: { successUrl: is('https://app.example.com/') },
  CollectInvoiceRequest: { invoiceId: is('{{dueInvoice.id}}'), paymentMethodId: absent },
  CollectTenantInvoiceRequest: { tenantId: is('{{dueInvoice.tenantId}}'), invoiceId: is('{{dueInvoice.id}}') },
  ListStripeEventsRequest: { tenantId: absent },
  ReplayStripeEventsRequest: {
    from: is('2026-01-01T00:00:00Z'),
    to: is('2026-01-02T00:00:00Z', '2026-02-01T00:00:00Z'),
  },
  CreateMeterRequest: { key: is('{{fresh.key}}'), valueProperty: is('size'), groupBy: is([], ['colour']) },
  CreateBudgetRequest: { limit: is('10.00', '0.000000001') },
  UpdateBudgetRequest: { limit: is('10.00', '500') },
  OverrideEntitlementRequest: { enabled: is(true, false), value: absent, expiresAt: is('2099-01-01T00:00:00Z') },
  RemoveEntitlementOverrideRequest: {
    tenantId: is('{{overriddenTenant.id}}'),
    feature: is('{{overriddenTenant.feature}}'),
  },
  UsageEvent: {
    meter: is('{{meter.key}}'),
    type: absent,
    time: absent,
    value: is(1, 2.5),
    corrects: absent,
    cancels: absent,
  },
  CheckUsageRequest: { amount: is(0, 1, 2.5) },
  TrackUsageRequest: { event_value: is(1, 2.5) },
  GetUsageRequest: { from: absent, to: absent, groupBy: absent },
  GetAuditProofRequest: { size: absent },
};

/** Optional fields without which a request makes no sense. */
const GIVEN: ReadonlySet<string> = new Set([
  'OverrideEntitlementRequest.enabled',
  'ReserveBudgetRequest.estimate',
  'LogApiUsageAndUpdateBudgetRequest.company_id',
  'SetUpPaymentMethodRequest.successUrl',
  'UsageEvent.meter',
]);

const nameOf = (type: MessageType<unknown>): string => type.typeName.split('.').at(-1)!;

/** Whether a valid request always has a field, although the contract would do without it. */
export function isAlwaysGiven(type: MessageType<unknown>, wire: string): boolean {
  return GIVEN.has(`${nameOf(type)}.${wire}`);
}

/** The words for a field, if there are any. */
export function wordFor(
  { service, scope }: Operation,
  type: MessageType<unknown>,
  wire: string,
): fc.Arbitrary<unknown> | undefined {
  const places = [nameOf(type), `${service} ${scope}`, service, '*'];
  return places.map((place) => words[place]?.[wire]).find((found) => found !== undefined);
}

/** Whether valid inputs of an operation are expected to succeed now and then: its service has words. */
export function isExpectedToSucceed({ name, service }: Operation): boolean {
  return Object.hasOwn(words, service) && !UNSUPPLIED.has(name);
}

/**
 * Only a tenant whose provisioning failed can be tried again, and none fails here; what only agents can do, no agent does
 * here; only Stripe signs its events.
 */
const UNSUPPLIED: ReadonlySet<string> = new Set([
  ...['RetryProvisioning', 'ProvisionTenantSchema'],
  ...['ExchangeAgentToken', 'CallAgentTool', 'ApproveAgentCall', 'RefuseAgentCall'],
  'ReceiveStripeEvent',
]);
