import { absent, is, type Words } from './word.js';

/** Of the audit log: its entries, what proves it, and where it goes. Nothing is sent outside: the addresses are reserved ones. */
export const auditWords: Words = {
  audit: { id: is('{{auditEvent.id}}'), destinationId: is('{{auditDestination.id}}') },
  'audit platform': { id: is('{{platformAuditEvent.id}}'), size: absent },
  GetAuditProofRequest: { size: absent },
  GetAuditCheckpointRequest: { cosigned: absent, size: absent },
  GetPlatformAuditConsistencyRequest: { from: is('1'), to: absent },
  ReplaceAuditAnchoringRequest: { witnessUrl: absent, witnessKey: absent, email: is('{{fresh.email}}') },
  AddAuditDestinationRequest: { name: is('{{roomForDestination.name}}'), url: is('https://192.0.2.1/'), from: absent },
  ListAuditEventsRequest: { q: is('member', 'audit viewed') },
  ListPlatformAuditEventsRequest: { q: is('tenant', 'audit viewed') },
  RecordAuditEventRequest: { schemaVersion: absent },
  RegisterActionSchemaRequest: {
    schema: is({ type: 'object' }, { properties: { new: { type: 'object' } }, type: 'object' }),
  },
  GetActionSchemaRequest: { action: is('{{actionSchema.action}}'), version: absent },
  RewindAuditDestinationRequest: { from: is('1') },
};
