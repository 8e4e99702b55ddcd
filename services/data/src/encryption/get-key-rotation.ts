import { Controller } from '@nestjs/common';
import { getKeyRotation, type GetKeyRotationRequest, type KeyRotation } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { rotationMessage } from './key-rotation.js';
import { findRotation } from './key-rotation.table.js';

/** Says how far a rotation has come. */
@Controller()
export class GetKeyRotation {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getKeyRotation)
  async handle({ rotationId }: GetKeyRotationRequest, ctx: TenantContext): Promise<KeyRotation> {
    const rotation = await findRotation(this.tenants, ctx, rotationId);
    if (!rotation) {
      throw new Fault('not-found');
    }
    return rotationMessage(rotation);
  }
}
