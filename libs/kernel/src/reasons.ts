interface ReasonFacts {
  readonly status: number;
  readonly title: string;
}

const is = (status: number, title: string): ReasonFacts => ({ status, title });

/**
 * Every reason for which Tenantry refuses something: its HTTP status and its one-line meaning. A reason is the stable
 * `code` of a problem document; clients branch on it, so a reason is never renamed. Grouped by who gives it.
 */
export const reasons = {
  // any operation
  'malformed-request': is(400, 'The request could not be read'),
  'invalid-input': is(422, 'One or more fields are not valid'),
  'invalid-cursor': is(422, 'The cursor is not one that this list gave to this tenant'),
  'idempotency-key-reused': is(422, 'This Idempotency-Key was used with another request'),
  'not-found': is(404, 'There is nothing here, or it is not yours'),
  'method-not-allowed': is(405, 'This address does not answer that method'),
  'body-too-large': is(413, 'The request body is larger than this operation accepts'),
  'unsupported-media-type': is(415, 'This content type is not accepted here'),
  forbidden: is(403, 'You may not do this'),
  conflict: is(409, 'The resource is not in a state that allows this'),
  'stale-version': is(412, 'The resource has changed since you read it'),
  cancelled: is(499, 'The caller went away before the answer was ready'),
  'deadline-exceeded': is(503, 'The answer was not ready in time'),
  unavailable: is(503, 'The part that answers this is not available right now'),
  internal: is(500, 'Something went wrong on our side'),

  // credentials and context
  unauthenticated: is(401, 'A valid credential is needed'),
  'tenant-required': is(422, 'Name the tenant in the Tenantry-Tenant header'),
  'tenant-suspended': is(423, 'This tenant is suspended'),
  'address-refused': is(403, 'This network address may not use this tenant'),
  'origin-refused': is(403, 'This origin may not use this key'),
  'rate-limited': is(429, 'Too many requests'),

  // tenants
  'slug-taken': is(409, 'A tenant with this slug exists'),
  'slug-reserved': is(422, 'This slug is reserved'),
  'tenant-state': is(409, 'The tenant is not in a state that allows this'),

  // identity
  'sign-in-refused': is(401, 'The e-mail address or the password is not right'),
  'too-many-attempts': is(429, 'Too many attempts; wait and try again'),
  'password-weak': is(422, 'This password is too easy to guess'),
  'password-expired': is(403, 'The password is older than this tenant allows; change it'),
  'refresh-refused': is(401, 'The session has ended; sign in again'),
  'last-owner': is(409, 'A tenant keeps at least one owner'),
  'last-super-admin': is(409, 'The platform keeps at least one super admin'),
  'scope-not-held': is(422, 'A key can only carry permissions that its maker holds'),
  'member-exists': is(409, 'This person is a member already'),

  // agents
  'agent-stopped': is(423, 'This agent, or every agent here, is stopped'),
  'agent-refused': is(403, 'No agent may do this'),
  'approval-needed': is(409, 'A person must approve this call first'),
  'conversation-ended': is(409, 'This conversation takes no more turns'),
  'tool-unavailable': is(503, 'The API behind this tool could not be reached, or did not answer properly'),

  // compliance
  'agreement-missing': is(403, 'A business associate agreement must be in force for this'),

  // audit
  'log-altered': is(500, 'The stored log is not the one that was signed'),

  // data
  'table-exists': is(409, 'A table with this name exists'),
  'column-exists': is(409, 'A column with this name exists'),
  'name-reserved': is(422, 'This name is reserved'),
  'type-not-allowed': is(422, 'This column type is not on the list of allowed types'),
  'query-not-supported': is(400, 'The query uses something that is not supported'),
  'query-too-deep': is(422, 'The query embeds more tables than allowed'),
  'statement-timeout': is(503, 'The query took longer than allowed'),
  'unique-violation': is(409, 'A row with this key exists'),
  'foreign-key-violation': is(409, 'A referenced row does not exist, or is still referenced'),
  'not-null-violation': is(422, 'A value is missing'),
  'check-violation': is(422, 'A value is outside what the column allows'),
  'import-refused': is(422, 'The import was refused; nothing was imported'),
  'rows-held': is(409, 'The rows are under a legal hold'),
  'not-single-row': is(406, 'The query did not give exactly one row'),

  // billing
  'budget-refused': is(402, 'A budget does not allow this'),
  'not-entitled': is(403, 'The plan of this tenant does not include this'),
  'limit-reached': is(403, 'The plan of this tenant allows no more of this'),
  'payments-off': is(409, 'This installation has no payment provider'),
  'payment-method-missing': is(409, 'There is no payment method to pay with'),
  'payment-refused': is(409, 'The payment provider refused this'),
  'card-number-refused': is(422, 'Card numbers are not accepted; send a token of the payment provider'),
  'signature-refused': is(400, 'The signature is missing, wrong or too old'),
  'usage-id-reused': is(409, 'This event id was used with other content'),

  // models
  'model-unavailable': is(503, 'The model could not be reached, or did not answer properly'),
  'model-refused': is(422, 'The model refuses this request'),
  'context-too-long': is(422, 'The messages are longer than the model can read'),
  'guardrail-blocked': is(422, 'A guardrail does not let this through'),
} as const satisfies Record<string, ReasonFacts>;

/** The stable code of a refusal. */
export type Reason = keyof typeof reasons;
