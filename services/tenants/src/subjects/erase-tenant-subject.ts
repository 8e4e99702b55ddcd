import { Controller } from '@nestjs/common';
import { eraseTenantSubject, type EraseTenantSubjectRequest, type PersonErased } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { forgetOwner, PLACE } from './tenant-subject.table.js';

/** Forgets the address of whom a tenant is being made for. It is told to nobody: the audit log never had it. */
@Controller()
export class EraseTenantSubject {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(eraseTenantSubject)
  handle({ email = null }: EraseTenantSubjectRequest, ctx: TenantContext): Promise<PersonErased> {
    return this.tenants.transaction(ctx, async (tx) => {
      const rows = BigInt(await forgetOwner(tx, email?.toLowerCase() ?? null));
      return {
        places: [{ place: PLACE, action: 'mask', rows }],
        rows: 0n,
        erasedAt: this.clock.now(),
        keysDestroyed: [],
      };
    });
  }
}
