import { Injectable } from '@nestjs/common';
import type { LegalHold as HoldMessage } from '@tenantry/contracts';
import { Vault } from '@tenantry/database';
import type { LegalHold } from './legal-hold.js';

/** Seals what is said about a hold, and opens it for who may read it. */
@Injectable()
export class Holds {
  constructor(private readonly vault: Vault) {}

  seal(tenantId: string, column: 'reason' | 'release_reason', { id }: LegalHold, text: string): Promise<string> {
    return this.vault.seal(tenantId, placeOf(column, id), text);
  }

  /** A kept hold with its texts in clear. */
  async print(tenantId: string, hold: LegalHold): Promise<HoldMessage> {
    const { id, releaseReason } = hold;
    const reason = await this.vault.open(tenantId, placeOf('reason', id), hold.reason);
    if (releaseReason === null) return { ...hold, reason };
    const opened = await this.vault.open(tenantId, placeOf('release_reason', id), releaseReason);
    return { ...hold, reason, releaseReason: opened };
  }
}

const placeOf = (column: string, row: string) => ({ table: 'compliance.legal_hold', column, row });
