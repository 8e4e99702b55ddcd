import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';

const PATIENCE_MS = 1_000;
const ASK_EVERY_MS = 50;

/** Who belongs to a tenant, as the directory says. */
@Injectable()
export class Members {
  constructor(private readonly directories: Directories) {}

  /**
   * A member who was just added may not be known here yet, so an unknown one is waited for; somebody of another tenant just as long.
   * @throws Fault `invalid-input` naming the field
   */
  async assertMember(tenantId: string, userId: string, field: string): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += ASK_EVERY_MS) {
      const memberships = this.directories.members.get(userId)?.memberships ?? [];
      if (memberships.some((one) => one.tenantId === tenantId)) return;
      if (waitedMs >= PATIENCE_MS) break;
      await pause(ASK_EVERY_MS);
    }
    throw new Fault('invalid-input', { field, detail: `${field} names no member of this tenant` });
  }
}
