import { Controller } from '@nestjs/common';
import { releaseReservation, type ReleaseReservationRequest, type Reservation } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { inOneCommit } from './in-one-commit.js';
import { endHold, toMessage } from './reservation.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Gives up a hold: all of it is free again. */
@Controller()
export class ReleaseReservation {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
  ) {}

  @Handles(releaseReservation)
  async handle({ reservationId }: ReleaseReservationRequest, ctx: TenantContext): Promise<Reservation> {
    const end = { id: reservationId, actualNanos: null, zone: this.calendar.zoneOf(ctx), isQuiet: true };
    return inOneCommit(this.tenants, ctx, async (rows) => {
      const { hold } = await endHold(rows, end);
      return toMessage({ ...hold, state: 'released', actualNanos: null });
    });
  }
}
