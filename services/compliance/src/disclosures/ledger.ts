import { Injectable } from '@nestjs/common';
import { DisclosureRecorded, type Disclosure as DisclosureMessage } from '@tenantry/contracts';
import { Vault, type Transaction } from '@tenantry/database';
import type { Disclosure } from './disclosure.js';
import { disclosureChange, insertDisclosure } from './disclosure.table.js';

/** The ledger of disclosures: what was disclosed is sealed in it, and read out of it. */
@Injectable()
export class Ledger {
  constructor(private readonly vault: Vault) {}

  /** Adds a disclosure, and announces it in the same commit. */
  async add(tx: Transaction, disclosure: Disclosure): Promise<DisclosureMessage> {
    const { id: disclosureId, source, purpose, description } = disclosure;
    const sealed = await this.vault.seal(tx.tenantId, placeOf(disclosureId), description);
    await insertDisclosure(tx, { ...disclosure, description: sealed });
    tx.publish(new DisclosureRecorded({ disclosureId, source, purpose }), { changes: [disclosureChange(disclosure)] });
    return { ...disclosure };
  }

  /** A description in clear. */
  open(tenantId: string, id: string, description: string): Promise<string> {
    return this.vault.open(tenantId, placeOf(id), description);
  }
}

const placeOf = (row: string) => ({ table: 'compliance.disclosure', column: 'description', row });
