import { Injectable } from '@nestjs/common';
import type { ConsentRecord as Message } from '@tenantry/contracts';
import { Vault } from '@tenantry/database';
import type { ConsentRecord } from './consent.js';

/** Seals what proves a consent, and opens it for who may read it. */
@Injectable()
export class ConsentProofs {
  constructor(private readonly vault: Vault) {}

  async seal(tenantId: string, record: ConsentRecord): Promise<ConsentRecord> {
    const { id, proof } = record;
    return { ...record, proof: proof === null ? null : await this.vault.seal(tenantId, placeOf(id), proof) };
  }

  /** A kept record with its proof in clear. */
  async print(tenantId: string, record: ConsentRecord): Promise<Message> {
    const { id, proof } = record;
    return { ...record, proof: proof === null ? null : await this.vault.open(tenantId, placeOf(id), proof) };
  }
}

const placeOf = (row: string) => ({ table: 'compliance.consent_record', column: 'proof', row });
