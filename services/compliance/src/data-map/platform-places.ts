import { holdPlaces } from './hold-places.js';
/** What is said of a table of Tenantry's own services: the fixed part of every tenant's data map. */
export interface PlatformPlace {
  readonly service: string;
  /** Columns with something about people, by table. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly people: string;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly recipients: readonly string[];
  readonly retention: string;
  readonly eraseAction: 'delete' | 'mask' | 'keep' | 'manual';
  readonly keepReason: string | null;
  /** What to do by hand for a person who asks, where the service does not say by itself what it has; null when there is nothing to do. */
  readonly task: string | null;
}

const DATABASE_ONLY: readonly string[] = [];

/**
 * Every table of Tenantry's own services with something about people. A column that is classified and not in here fails the build
 * (scripts/privacy/data-map.spec.ts), so nothing about people is kept without saying what for.
 */
export const platformPlaces: readonly PlatformPlace[] = [
  {
    service: 'identity',
    tables: {
      'identity.person': ['email', 'password_hash'],
      'identity.former_password': ['password_hash'],
      'identity.session': ['client_ip', 'user_agent'],
      'identity.refresh_token': ['hash'],
      'identity.one_time_link': ['hash'],
      'identity.membership': ['email', 'name'],
      'identity.prepared_owner': ['email', 'password_hash'],
      'identity.api_key_secret': ['hash'],
    },
    people: 'Members of the tenant',
    purpose: 'Signing in, and knowing who may do what',
    legalBasis: 'contract',
    recipients: DATABASE_ONLY,
    retention: 'While the person is a member; sessions until they end',
    eraseAction: 'delete',
    keepReason: null,
    task: 'Is the person also a member? Look them up in GET /v1/members; for erasure remove the member',
  },
  {
    service: 'tenants',
    tables: { 'tenants.provisioning': ['owner_email'] },
    people: 'The first owner of the tenant',
    purpose: 'Making the tenant and inviting its owner',
    legalBasis: 'contract',
    recipients: DATABASE_ONLY,
    retention: 'As long as the tenant exists',
    eraseAction: 'delete',
    keepReason: null,
    task: 'Is the person the tenant’s first owner? The platform’s staff see the address in the tenant’s provisioning',
  },
  {
    service: 'billing',
    tables: {
      'billing.usage_event': ['user_id', 'properties', 'fingerprint'],
      'billing.usage_hour': ['group_key'],
      'billing.usage_distinct': ['group_key', 'value_hash'],
      'billing.budget': ['scope_id'],
      'billing.budget_hold': ['purpose'],
      'billing.contact': ['name', 'email', 'address'],
      'billing.invoice': ['parties'],
    },
    people: 'Users of the product, as far as usage names them; whoever invoices go to',
    purpose: 'Charging for what was used',
    legalBasis: 'contract',
    recipients: ['Stripe, where payments are collected through it'],
    retention: 'As long as invoices have to be explained',
    eraseAction: 'keep',
    keepReason: 'Usage is what invoices are made of (GDPR Art. 17(3)(b) with the tax law that applies)',
    task: 'Does usage name the person? Ask for it by user in GET /v1/usage, and name their user id here',
  },
  {
    service: 'billing',
    tables: { 'billing.stripe_event': ['body'] },
    people: 'Whoever pays: the tenant’s payer, and its own customers',
    purpose: 'Knowing what became of payments, and showing what the payment provider said of them',
    legalBasis: 'contract',
    recipients: DATABASE_ONLY,
    retention: '30 days unless the operator says otherwise (STRIPE_EVENT_DAYS); the ids of events for good',
    eraseAction: 'delete',
    keepReason: null,
    task: 'Did the person pay lately? The platform’s staff see what Stripe sent in GET /v1/stripe-events; it is erased by itself after its time',
  },
  {
    service: 'agents',
    tables: {
      'agents.approval': ['arguments'],
      'agents.agent_event': ['user_id'],
      'agents.completion': ['actor_id', 'on_behalf_of'],
      'agents.conversation': ['owner_id'],
      'agents.conversation_message': ['content'],
      'agents.conversation_subject': ['blind', 'value'],
      'agents.guardrail_alert': ['email'],
      'agents.run_feedback': ['actor_id', 'comment'],
      'agents.tool_call': ['on_behalf_of'],
      'agents.tool_charge': ['on_behalf_of'],
    },
    people: 'Whoever works with the tenant’s AI agents, and whomever their tools act on',
    purpose: 'Showing what agents did and what it cost; asking people before an agent acts',
    legalBasis: 'legitimate_interests',
    recipients: ['The providers of models, APIs of tools and guardrail endpoints that the tenant chose'],
    retention:
      'What was said as long as the tenant’s conversation retention says; what it cost as long as the tenant exists',
    eraseAction: 'delete',
    keepReason: null,
    task: 'Did the person work with an agent, or did one act on them? Look through the tenant’s agents, their approvals, completions and conversations',
  },
  {
    service: 'audit',
    tables: {
      'audit.entry_value': ['sealed'],
      'audit.origin': ['client_ip', 'user_agent'],
    },
    people: 'Whoever did something, and whomever it was done to',
    purpose: 'Showing who did what',
    legalBasis: 'legal_obligation',
    recipients: ['Whoever the tenant exports its log to'],
    retention: 'As long as the tenant exists; values go when the rows that they tell of are erased',
    eraseAction: 'delete',
    keepReason: null,
    task: 'What did the person do, and when was their data read? Export it from GET /v1/audit/events with their ids',
  },
  {
    service: 'audit',
    tables: { 'audit.anchoring': ['email'], 'audit.destination': ['email', 'url'] },
    people: 'Whom the tenant has told of its audit log',
    purpose: 'Keeping heads of the log outside, and saying when it can not be sent',
    legalBasis: 'legitimate_interests',
    recipients: ['The mail servers of these addresses'],
    retention: 'Until the tenant takes the address back',
    eraseAction: 'manual',
    keepReason: null,
    task: 'Does the audit log’s mail go to the person? See GET /v1/audit/anchoring and GET /v1/audit/destinations; for erasure name another address',
  },
  {
    service: 'compliance',
    tables: {
      'compliance.privacy_request': [
        'subject_name',
        'subject_email',
        'details',
        'agent_name',
        'agent_email',
        'agent_mandate',
        'controller_email',
      ],
      'compliance.privacy_request_entry': ['text'],
      'compliance.disclosure': ['recipient_address', 'description', 'subject_key'],
      'compliance.incident': ['description', 'conclusion'],
      'compliance.incident_duty': ['notice'],
      'compliance.legal_hold': [
        'reason',
        'subject_email',
        'subject_user_id',
        'subject_key',
        'filter',
        'release_reason',
      ],
      'compliance.subject_plan': ['subject'],
      'compliance.plan_place': ['finding'],
      'compliance.tombstone': ['entry'],
      'compliance.consent_record': ['subject', 'proof'],
      'compliance.bundle_piece': ['sealed'],
      'compliance.bundle_link': ['token_hash', 'code_hash'],
    },
    people: 'Whoever asked for their rights',
    purpose: 'Answering privacy requests, and showing that they were answered',
    legalBasis: 'legal_obligation',
    recipients: DATABASE_ONLY,
    retention: 'Requests at least 24 months (11 CCR 7101); copies 60 days after they were planned',
    eraseAction: 'keep',
    keepReason: 'Showing that the request was answered (GDPR Art. 5(2); 11 CCR 7101)',
    task: 'Which privacy requests did the person make before? Look them up in GET /v1/privacy/requests',
  },
  {
    service: 'compliance',
    tables: { 'compliance.access_item': ['email', 'name'] },
    people: 'Members of the tenant',
    purpose: 'Reviewing who may do what, and showing that somebody did',
    legalBasis: 'legitimate_interests',
    recipients: DATABASE_ONLY,
    retention: 'As long as the tenant exists; address and name until the person is erased',
    eraseAction: 'mask',
    keepReason: null,
    task: null,
  },
  {
    service: 'data',
    tables: { 'data.row_change': ['old', 'new'] },
    people: 'Whoever the tenant’s tables are about',
    purpose: 'Handing changes of rows to the audit log within one transaction',
    legalBasis: 'legal_obligation',
    recipients: DATABASE_ONLY,
    retention: 'Until the transaction ends',
    eraseAction: 'delete',
    keepReason: null,
    task: null,
  },
  {
    service: 'data',
    tables: { 'data.value_mark': ['marks'], 'data.value_index': ['sealed_key'] },
    people: 'Whoever the tenant’s tables are about',
    purpose:
      'Keeping what classified columns say out of texts that go to models: keyed hashes, from which nothing is read',
    legalBasis: 'legitimate_interests',
    recipients: DATABASE_ONLY,
    retention: 'As long as the rows are there and a guardrail looks for what they say',
    eraseAction: 'delete',
    keepReason: null,
    task: null,
  },
  ...holdPlaces,
];

/** Tables that every service has, by the name after its schema. */
export const messagePlaces: readonly PlatformPlace[] = [
  {
    service: 'every service',
    tables: { outbox: ['payload', 'headers'], failed_event: ['payload', 'headers'], idempotency: ['answer'] },
    people: 'Whoever an event is about; values in it are sealed',
    purpose: 'Telling other services, and the audit log, what happened; answering a repeated request alike',
    legalBasis: 'legitimate_interests',
    recipients: DATABASE_ONLY,
    retention: 'Seven days; answers 24 hours',
    eraseAction: 'delete',
    keepReason: null,
    task: null,
  },
];

/** The part of a table's name by which it is found in the map: its own, or what every service's is called. */
export function declaredColumns(table: string): readonly string[] | undefined {
  const own = platformPlaces.find((place) => table in place.tables)?.tables[table];
  const [, name = ''] = table.split('.');
  return own ?? messagePlaces[0]!.tables[name];
}
