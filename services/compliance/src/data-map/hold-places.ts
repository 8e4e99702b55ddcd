import type { PlatformPlace } from './platform-places.js';

const DATABASE_ONLY: readonly string[] = [];

/** What rules of retention keep, and what shows that something was held. */
export const holdPlaces: readonly PlatformPlace[] = [
  {
    service: 'data',
    tables: { 'data.archived_row': ['row_key', 'people', 'line'] },
    people: 'Whoever the tenant’s tables are about',
    purpose: 'Keeping rows whose time in their tables is over for as long as the tenant’s rules of retention say',
    legalBasis: 'legal_obligation',
    recipients: DATABASE_ONLY,
    retention: 'As the rule says that archived them',
    eraseAction: 'delete',
    keepReason: null,
    task: null, // plans name the archives that have rows of the person
  },
  {
    service: 'data',
    tables: { 'data.row_hold': ['subject_key', 'filter'], 'data.retention_rule': ['filter'] },
    people: 'Whoever a legal hold or a rule of retention names',
    purpose: 'Keeping rows under a legal hold, and deleting those whose time is over',
    legalBasis: 'legal_obligation',
    recipients: DATABASE_ONLY,
    retention: 'As long as the tenant exists',
    eraseAction: 'keep',
    keepReason: 'Showing what was held and what was deleted by which rule',
    task: null,
  },
  {
    service: 'agents',
    tables: { 'agents.legal_hold': ['blinds', 'owner_id'] },
    people: 'Whoever a legal hold names',
    purpose: 'Keeping conversations under a legal hold',
    legalBasis: 'legal_obligation',
    recipients: DATABASE_ONLY,
    retention: 'As long as the tenant exists',
    eraseAction: 'keep',
    keepReason: 'Showing what was held',
    task: null,
  },
];
