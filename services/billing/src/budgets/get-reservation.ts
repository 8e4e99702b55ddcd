import { Controller } from '@nestjs/common';
import { getReservation, type GetReservationRequest, type Reservation } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findReservation, toMessage } from './reservation.table.js';

/** Gives a reservation. */
@Controller()
export class GetReservation {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getReservation)
  async handle({ reservationId }: GetReservationRequest, ctx: TenantContext): Promise<Reservation> {
    return toMessage(
      await findReservation({ query: (statement) => this.tenants.query(ctx, statement) }, reservationId),
    );
  }
}
