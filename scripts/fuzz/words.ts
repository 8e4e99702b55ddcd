import type { MessageType, Operation } from '@tenantry/contracts';
import fc from 'fast-check';
import { PASSWORD } from './client.js';
import { agentWords } from './words/agents.js';
import { assuranceWords } from './words/assurance.js';
import { auditWords } from './words/audit.js';
import { billingWords } from './words/billing.js';
import { complianceWords } from './words/compliance.js';
import { retentionWords } from './words/retention.js';
import { absent, is, type Words } from './words/word.js';

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
const anotherColumn = { type: columnType, nullable: is(true), default: absent, unique: absent, references: absent };
const newForeignKey = { name: absent, columns: is(['parent_id']), referencedColumns: is(['id']) };

/**
 * Words that mean something, and ids that exist, where rules alone would give text that a service can only refuse. A field is
 * looked for under its message, then under its service and scope, then under its service, then alone.
 */
const words: Words = {
  '*': { cursor: absent },
  ...agentWords,
  ...billingWords,
  ...complianceWords,
  ...assuranceWords,

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
    tenantId: is('{{tenant.id}}'),
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
  GrantSupportAccessRequest: {
    expiresAt: is(new Date(Date.now() + 3_600_000).toISOString()),
    reason: is('{{fresh.text}}'),
  },
  RevokeSupportGrantRequest: { grantId: is('{{supportGrant.id}}') },
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
    exportRoles: is([], ['owner', 'admin', 'keys']),
    passwordMinLength: is(12, 16),
    passwordMaxAgeDays: is(3650),
    allowedIps: is([], ['127.0.0.0/8'], ['10.0.0.0/8', '127.0.0.1', '::1']),
    corsOrigins: is([], ['https://app.example.com']),
  },

  ...auditWords,
  ...retentionWords,
};

/** Optional fields without which a request makes no sense. */
const GIVEN: ReadonlySet<string> = new Set([
  'CompleteAccessReviewRequest.leftBecause',
  'OverrideEntitlementRequest.enabled',
  'ReserveBudgetRequest.estimate',
  'LogApiUsageAndUpdateBudgetRequest.company_id',
  'SetUpPaymentMethodRequest.successUrl',
  'UsageEvent.meter',
  'RecordUsageRequest.events',
  'AddRetentionRuleRequest.dateColumn',
  'PlaceLegalHoldRequest.table',
  'CreateChatCompletionRequest.user',
  'ChatInputMessage.content',
  'SetTableRecordRequest.keepReason',
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
 * here; A pays for no organization; only Stripe signs its events; an appeal is not decided by who denied, and a form is confirmed by whoever has its mail.
 */
const UNSUPPLIED: ReadonlySet<string> = new Set([
  ...['RetryProvisioning', 'ProvisionTenantSchema'],
  ...['ExchangeAgentToken', 'CallAgentTool', 'ApproveAgentCall', 'RefuseAgentCall'],
  ...['GetOrganizationInvoice', 'GetOrganizationInvoiceDocument', 'CollectOrganizationInvoice'],
  ...['ReceiveStripeEvent', 'DecidePrivacyAppeal', 'ConfirmPrivacyForm'],
]);
