import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { EntryView } from './log/entry-view.js';
import { GetAuditCompleteness } from './log/get-audit-completeness.js';
import { GetAuditEvent } from './log/get-audit-event.js';
import { ListAuditEvents } from './log/list-audit-events.js';
import { OnEveryEvent } from './log/on-every-event.js';

const operations = [ListAuditEvents, GetAuditEvent, GetAuditCompleteness];
const reactions = [OnEveryEvent];

/** The audit log: a table of contents. */
@Module({ controllers: [...operations, ...reactions], providers: [EntryView] })
export class AuditModule {}

export const auditService = defineService({
  name: 'audit',
  module: AuditModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['ingest', 'eraser'],
  watches: ['tenants', 'revocations'],
});
