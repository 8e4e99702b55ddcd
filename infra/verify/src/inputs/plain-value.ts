import { TOOL_API, TOOL_HOST } from './tool-api.js';
import { resolved, type Field, type Schema } from './schema.js';

/** Where new words come from. */
export interface Words {
  word(): string;
  email(): string;
}

/** Text whose meaning its rules don't say, by the field's name or by `Operation.field`. */
const meanings: Readonly<Record<string, () => unknown>> = {
  type: () => 'text',
  column_type: () => 'text',
  data_type: () => 'text',
  column: () => 'extra',
  'DropSchemaColumn.column_name': () => 'extra',
  'AddSchemaForeignKey.column_name': () => 'other_id',
  foreign_column_name: () => 'id',
  'AddForeignKey.columns': () => ['other_id'],
  'AddProductForeignKey.columns': () => ['other_id'],
  referencedColumns: () => ['id'],
  scopes: () => ['rows.read'],
  'RecordAuditEvent.action': () => 'invoice.approved',
  'RegisterActionSchema.action': () => 'verify.schema_registered',
  'AddAuditDestination.url': () => 'https://192.0.2.1/',
  'GrantSupportAccess.expiresAt': () => new Date(Date.now() + 3_600_000).toISOString(),
  'CreateBudget.limit': () => '100.00',
  'UpdateBudget.limit': () => '200.00',
  'DraftInvoice.from': () => '2039-01-01',
  'DraftInvoice.to': () => '2039-01-02',
  'GetInvoiceRerating.version': () => 2,
  'CorrectInvoicePrices.version': () => 2,
  'CreditInvoice.amount': () => '0.01',
  'ReplayStripeEvents.from': () => '2026-01-01T00:00:00Z',
  'ReplayStripeEvents.to': () => '2026-01-02T00:00:00Z',
  'CreatePayment.amount': () => '10.00',
  'CreatePayment.currency': () => 'USD',
  'RefundPayment.amount': () => '0.01',
  'RefundTenantPayment.amount': () => '0.01',
  refundedBefore: () => '0.00',
  refreshUrl: () => 'https://app.example.com/',
  successUrl: () => 'https://app.example.com/',
  cancelUrl: () => 'https://app.example.com/',
  returnUrl: () => 'https://app.example.com/',
  'CompareAccessRoster.csv': () => 'email,status\nann@example.com,left\n',
  'CompleteAccessReview.leftBecause': () => 'Nobody else is there',
  'DecideAccess.decision': () => 'keep',
  'BreakGlass.tables': () => ['people'],
  dateColumn: () => 'made_at',
  'RecordConsent.purpose': () => 'newsletter',
  'RecordConsent.source': () => 'form',
  'RecordConsent.action': () => 'given',
  'CheckConsents.purposes': () => ['newsletter'],
  'SetConsentPurpose.purpose': () => 'newsletter',
  calendar: () => 'DE-BE',
  'ReplaceNoticeTemplate.text': () => 'Hello\n\n    {code} {link}\n\n{text} {dueOn} {reference}',
  'SetTableRecord.keepReason': () => 'Tax law',
  effectiveOn: () => new Date().toISOString().slice(0, 10),
  receivedAt: () => new Date().toISOString(),
  stopped: () => false,
  'CreateChatCompletion.model': () => 'local-rules',
  'GetModel.model': () => 'local-rules',
  'CreateConversation.budget': () => '1.00',
  'LinkConversationSubjects.table': () => 'customers',
  'PublishPriceBook.provider': () => 'verify',
  'PublishPriceBook.input': () => '0.15',
  'PublishPriceBook.output': () => '0.60',
  'PutModelProvider.name': () => 'verify',
  'PutModelProvider.baseUrl': () => 'https://models.example/v1',
  'PutProviderKey.provider': () => 'verify',
  'PutGuardrailAlert.name': () => 'verify',
  'PutGuardrailWebhook.name': () => 'verify',
  'PutGuardrailWebhook.url': () => 'https://192.0.2.1/',
  'PutGuardrailWebhook.mode': () => 'shadow',
  'PutGuardrailWebhook.cost': () => '0.00',
  'PutToolApi.name': () => 'verify',
  'PublishAgentTemplate.name': () => 'verify',
  'OfferToolApi.name': () => 'verify_offered',
  'OfferToolApi.api': () => TOOL_API,
  'PutToolApi.api': () => TOOL_API,
  'ReplaceToolHosts.hosts': () => [TOOL_HOST],
  estimate: () => '0.10',
  actual: () => '0.05',
  cost: () => 0.01,
};

/** Optional fields without which a request makes no sense. */
const chosen: ReadonlySet<string> = new Set([
  'AddRetentionRule.dateColumn',
  'CompleteAccessReview.leftBecause',
  'CreateChatCompletion.content',
  'CreateChatCompletion.user',
  'OverrideEntitlement.enabled',
  'PlaceLegalHold.subjectEmail',
  'RecordUsage.events',
  'ReserveBudget.estimate',
  'SetTableRecord.keepReason',
  'SimulateReservation.estimate',
  'UpdateBudget.limit',
]);

/** Whether a field must have a value for the request to be complete. */
export function isNeeded(
  operation: string,
  { name, required, schema }: Pick<Field, 'name' | 'required' | 'schema'>,
): boolean {
  return required || (schema.minItems ?? 0) > 0 || chosen.has(`${operation}.${name}`);
}

/** A value that the rules of a field allow, with the tenant's canary wherever text is free. */
export function plainValue(operation: string, name: string, declared: Schema, words: Words): unknown {
  const schema = resolved(declared);
  const choices = schema.enum?.filter((one) => one !== null) ?? [];
  const own = meanings[`${operation}.${name}`];
  if (choices.length > 0 && !own) return choices.at(-1); // the least of a list of roles
  const meaning = own ?? meanings[name];
  if (meaning && firstType(resolved(schema.items ?? {})) !== 'object') return meaning();
  return valueOfType(operation, name, schema, words);
}

function valueOfType(operation: string, name: string, schema: Schema, words: Words): unknown {
  switch (firstType(schema)) {
    case 'integer':
    case 'number':
      return schema.maximum ?? schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return [plainValue(operation, name, schema.items ?? {}, words)];
    case 'object':
      return objectValue(operation, schema, words);
    default:
      return textOf(schema, words);
  }
}

function textOf({ format, minimum }: Schema, words: Words): string {
  if (format === 'email') return words.email();
  return format === 'int64' ? String(minimum ?? 1) : words.word();
}

function objectValue(operation: string, { properties = {}, required = [] }: Schema, words: Words): unknown {
  const entries = Object.entries(properties).filter(([name, schema]) =>
    isNeeded(operation, { name, required: required.includes(name), schema }),
  );
  return Object.fromEntries(entries.map(([name, schema]) => [name, plainValue(operation, name, schema, words)]));
}

function firstType({ type }: Schema): string | undefined {
  return typeof type === 'string' ? type : type?.[0];
}
