import { Controller } from '@nestjs/common';
import { enableAuditDestination, type AuditDestination, type EnableAuditDestinationRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Resume } from './resume.js';

/** Lets a disabled destination go on where it stopped; one that is active is tried at once. */
@Controller()
export class EnableAuditDestination {
  constructor(private readonly resume: Resume) {}

  @Handles(enableAuditDestination)
  handle({ destinationId }: EnableAuditDestinationRequest, ctx: TenantContext): Promise<AuditDestination> {
    return this.resume.from(ctx, destinationId, null);
  }
}
