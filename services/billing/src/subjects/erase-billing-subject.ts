import { Controller } from '@nestjs/common';
import {
  BillingContactSet,
  eraseBillingSubject,
  type EraseBillingSubjectRequest,
  type PersonErased,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Redactions } from '../redactions/redactions.js';
import { PLACES, soughtOf } from './billing-subject.js';
import { countSubject, deleteContact, type SubjectCounts } from './billing-subject.table.js';

interface Redacted {
  readonly customers: bigint;
  readonly isLeft: boolean;
}
const NOTHING: Redacted = { customers: 0n, isLeft: false };

/** What the provider refuses to forget is for people to do. */
function providerPlace({ customers, isLeft }: Redacted): PersonErased['places'][number] {
  return { place: PLACES.provider, action: isLeft ? 'manual' : 'delete', rows: customers };
}

/** Forgets whom invoices go to. The next ones are addressed to the tenant by its name. */
@Controller()
export class EraseBillingSubject {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly redactions: Redactions,
    private readonly clock: Clock,
  ) {}

  @Handles(eraseBillingSubject)
  async handle(request: EraseBillingSubjectRequest, ctx: TenantContext): Promise<PersonErased> {
    const [counts] = await this.tenants.query<SubjectCounts>(ctx, countSubject(soughtOf(request)));
    // The provider first: until it has forgotten them, the contact says that there is something to do.
    const redacted = counts!.contacts > 0n ? await this.redactions.carryOut(ctx.tenantId) : NOTHING;
    return this.tenants.transaction(ctx, async (tx) => {
      const rows = BigInt(await deleteContact(tx, soughtOf(request)));
      if (rows > 0n) {
        const changes = [{ resource: 'billing_contact', id: ctx.tenantId, action: 'delete' as const }];
        tx.publish(new BillingContactSet({}), { changes });
      }
      return {
        places: [
          { place: PLACES.contact, action: 'delete', rows },
          ...(redacted.customers > 0n ? [providerPlace(redacted)] : []),
        ],
        rows,
        erasedAt: this.clock.now(),
        keysDestroyed: [],
      };
    });
  }
}
