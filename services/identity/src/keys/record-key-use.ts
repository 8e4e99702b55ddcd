import { Controller } from '@nestjs/common';
import { recordKeyUse, type Empty, type RecordKeyUseRequest } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { Handles } from '@tenantry/messaging';
import { recordUses } from './api-key.table.js';

/** Takes note of when keys were last used: one statement for all that the gateway saw since its last report. */
@Controller()
export class RecordKeyUse {
  constructor(private readonly control: ControlDatabase) {}

  @Handles(recordKeyUse)
  async handle({ uses }: RecordKeyUseRequest): Promise<Empty> {
    if (uses.length > 0) await recordUses(this.control, uses);
    return {};
  }
}
