import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { AnchorMail } from './anchors/anchor-mail.js';
import { AnchorPlaces } from './anchors/anchor-places.js';
import { AnchorStore } from './anchors/anchor-store.js';
import { CompareAuditAnchors } from './anchors/compare-audit-anchors.js';
import { EveryMinuteAnchorHeads } from './anchors/every-minute-anchor-heads.js';
import { GetAuditAnchoring } from './anchors/get-audit-anchoring.js';
import { ListAuditAnchors } from './anchors/list-audit-anchors.js';
import { ReplaceAuditAnchoring } from './anchors/replace-audit-anchoring.js';
import { Witness } from './anchors/witness.js';
import { AuditSettings } from './config.js';
import { AddAuditDestination } from './destinations/add-audit-destination.js';
import { Deliver } from './destinations/deliver.js';
import { DestinationChange } from './destinations/destination-change.js';
import { DisabledMail } from './destinations/disabled-mail.js';
import { EnableAuditDestination } from './destinations/enable-audit-destination.js';
import { EverySecondDeliverEntries } from './destinations/every-second-deliver-entries.js';
import { GetAuditDestination } from './destinations/get-audit-destination.js';
import { ListAuditDestinations } from './destinations/list-audit-destinations.js';
import { PostBatch } from './destinations/post-batch.js';
import { RemoveAuditDestination } from './destinations/remove-audit-destination.js';
import { Resume } from './destinations/resume.js';
import { RewindAuditDestination } from './destinations/rewind-audit-destination.js';
import { Trouble } from './destinations/trouble.js';
import { GetTreeHead } from './evidence/get-tree-head.js';
import { ProveChange } from './evidence/prove-change.js';
import { ExportAuditLog } from './exports/export-audit-log.js';
import { EntryView } from './log/entry-view.js';
import { GetAuditCompleteness } from './log/get-audit-completeness.js';
import { GetAuditEvent } from './log/get-audit-event.js';
import { ListAuditEvents } from './log/list-audit-events.js';
import { OnEveryEvent } from './log/on-every-event.js';
import { Alarm } from './proofs/alarm.js';
import { CheckpointKey } from './proofs/checkpoint-key.js';
import { EveryQuarterSecondSignCheckpoints } from './proofs/every-quarter-second-sign-checkpoints.js';
import { GetAuditCheckpoint } from './proofs/get-audit-checkpoint.js';
import { GetAuditConsistency } from './proofs/get-audit-consistency.js';
import { GetAuditProof } from './proofs/get-audit-proof.js';
import { EveryHourRetireEntries } from './retention/every-hour-retire-entries.js';
import { GetAuditRetention } from './retention/get-audit-retention.js';
import { OnLegalHoldPlaced } from './retention/on-legal-hold-placed.js';
import { OnLegalHoldReleased } from './retention/on-legal-hold-released.js';
import { OnLegalHoldRenewed } from './retention/on-legal-hold-renewed.js';
import { SetAuditRetention } from './retention/set-audit-retention.js';
import { EverySecondIndexWords } from './search/every-second-index-words.js';
import { CollectActorSubject } from './subjects/collect-actor-subject.js';
import { EraseActorSubject } from './subjects/erase-actor-subject.js';
import { PlanActorSubject } from './subjects/plan-actor-subject.js';
import { EraseEntryValues } from './subjects/erase-entry-values.js';
import { ProveErasure } from './subjects/prove-erasure.js';
import { SignStatement } from './subjects/sign-statement.js';
import { ActionSchemas } from './schemas/action-schemas.js';
import { GetActionSchema } from './schemas/get-action-schema.js';
import { ListActionSchemas } from './schemas/list-action-schemas.js';
import { RegisterActionSchema } from './schemas/register-action-schema.js';
import { RecordAuditEvent } from './recording/record-audit-event.js';
import { RecordedValues } from './recording/recorded-values.js';

const operations = [ListAuditEvents, GetAuditEvent, GetAuditCompleteness, ExportAuditLog, RecordAuditEvent];
const proofs = [GetAuditCheckpoint, GetAuditProof, GetAuditConsistency];
const anchors = [GetAuditAnchoring, ReplaceAuditAnchoring, ListAuditAnchors, CompareAuditAnchors];
const destinations = [
  ...[AddAuditDestination, ListAuditDestinations, GetAuditDestination],
  ...[RewindAuditDestination, EnableAuditDestination, RemoveAuditDestination],
];
const schemas = [RegisterActionSchema, GetActionSchema, ListActionSchemas];
const subjects = [
  EraseEntryValues,
  ProveErasure,
  SignStatement,
  PlanActorSubject,
  CollectActorSubject,
  EraseActorSubject,
];
const evidence = [GetTreeHead, ProveChange];
const retention = [GetAuditRetention, SetAuditRetention];
const reactions = [OnEveryEvent, OnLegalHoldPlaced, OnLegalHoldRenewed, OnLegalHoldReleased];
const scheduled = [
  EveryQuarterSecondSignCheckpoints,
  EveryMinuteAnchorHeads,
  EverySecondDeliverEntries,
  EverySecondIndexWords,
  EveryHourRetireEntries,
];

/** The audit log: a table of contents. */
@Module({
  controllers: [
    ...operations,
    ...proofs,
    ...anchors,
    ...destinations,
    ...schemas,
    ...retention,
    ...subjects,
    ...evidence,
    ...reactions,
    ...scheduled,
  ],
  providers: [
    ...[EntryView, CheckpointKey, Alarm, GetAuditProof, AnchorPlaces, AnchorStore, AnchorMail, Witness],
    ...[DestinationChange, Resume, Deliver, Trouble, PostBatch, DisabledMail, ActionSchemas],
    RecordedValues,
  ],
})
export class AuditModule {}

export const auditService = defineService({
  name: 'audit',
  module: AuditModule,
  migrations: new URL('../migrations/', import.meta.url),
  settings: AuditSettings,
  jobs: ['ingest', 'eraser', 'signer', 'anchorer', 'shipper', 'indexer', 'registrar', 'retirer'],
  archives: ['audit_anchors'],
  subjectKeys: 'seal',
  watches: ['tenants', 'revocations', 'policies'],
});
