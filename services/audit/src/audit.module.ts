import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { AuditSettings } from './config.js';
import { ExportAuditLog } from './exports/export-audit-log.js';
import { EntryView } from './log/entry-view.js';
import { GetAuditCompleteness } from './log/get-audit-completeness.js';
import { GetAuditEvent } from './log/get-audit-event.js';
import { ListAuditEvents } from './log/list-audit-events.js';
import { OnEveryEvent } from './log/on-every-event.js';
import { Alarm } from './proofs/alarm.js';
import { CheckpointKey } from './proofs/checkpoint-key.js';
import { EverySecondSignCheckpoints } from './proofs/every-second-sign-checkpoints.js';
import { GetAuditCheckpoint } from './proofs/get-audit-checkpoint.js';
import { GetAuditConsistency } from './proofs/get-audit-consistency.js';
import { GetAuditProof } from './proofs/get-audit-proof.js';
import { EraseEntryValues } from './subjects/erase-entry-values.js';
import { ProveErasure } from './subjects/prove-erasure.js';
import { SignStatement } from './subjects/sign-statement.js';
import { RecordAuditEvent } from './recording/record-audit-event.js';

const operations = [ListAuditEvents, GetAuditEvent, GetAuditCompleteness, ExportAuditLog, RecordAuditEvent];
const proofs = [GetAuditCheckpoint, GetAuditProof, GetAuditConsistency];
const subjects = [EraseEntryValues, ProveErasure, SignStatement];
const reactions = [OnEveryEvent];
const scheduled = [EverySecondSignCheckpoints];

/** The audit log: a table of contents. */
@Module({
  controllers: [...operations, ...proofs, ...subjects, ...reactions, ...scheduled],
  providers: [EntryView, CheckpointKey, Alarm, GetAuditProof],
})
export class AuditModule {}

export const auditService = defineService({
  name: 'audit',
  module: AuditModule,
  migrations: new URL('../migrations/', import.meta.url),
  settings: AuditSettings,
  jobs: ['ingest', 'eraser', 'signer'],
  watches: ['tenants', 'revocations'],
});
