import { Controller } from '@nestjs/common';
import { rewindAuditDestination, type AuditDestination, type RewindAuditDestinationRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Resume } from './resume.js';

/** Sends the log again from an entry on. */
@Controller()
export class RewindAuditDestination {
  constructor(private readonly resume: Resume) {}

  @Handles(rewindAuditDestination)
  handle({ destinationId, from }: RewindAuditDestinationRequest, ctx: TenantContext): Promise<AuditDestination> {
    return this.resume.from(ctx, destinationId, from);
  }
}
