import { Controller } from '@nestjs/common';
import {
  recordDisclosure as operation,
  type Disclosure as DisclosureMessage,
  type RecordDisclosureRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { recordDisclosure } from './disclosure.js';
import { Ledger } from './ledger.js';

/** Records a disclosure that was made outside of Tenantry. */
@Controller()
export class RecordDisclosure {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  @Handles(operation)
  async handle(request: RecordDisclosureRequest, ctx: TenantContext): Promise<DisclosureMessage> {
    const disclosure = recordDisclosure(request, ctx.actor.id, this.clock.now());
    return this.tenants.transaction(ctx, (tx) => this.ledger.add(tx, disclosure));
  }
}
