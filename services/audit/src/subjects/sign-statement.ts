import { Controller } from '@nestjs/common';
import { printVerifier } from '@tenantry/audit-proofs';
import { type SignedStatement, signStatement, type SignStatementRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { CheckpointKey } from '../proofs/checkpoint-key.js';

/**
 * Signs what compliance hands over. The first line names the kind and the tenant, so the text can never be read as a checkpoint, and the key's
 * name says the same.
 */
@Controller()
export class SignStatement {
  constructor(private readonly key: CheckpointKey) {}

  @Handles(signStatement)
  handle({ kind, body }: SignStatementRequest, { tenantId }: TenantContext): SignedStatement {
    const name = `tenantry/${kind}/${tenantId}`;
    const note = this.key.signNote(`${name}\n${body}\n`, name);
    return { note, key: printVerifier({ name, publicKey: this.key.publicKey }) };
  }
}
