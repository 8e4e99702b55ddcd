import { Injectable } from '@nestjs/common';
import { Vault, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Notices } from '../notices/notices.js';
import type { PrivacyRequest } from '../requests/privacy-request.js';
import { CODE_MINUTES, isAlive, isSameCode, newCode, sendAnother } from './code.js';
import { lockCode, saveCode } from './verification-code.table.js';

/** Mails codes, and knows them again. */
@Injectable()
export class Codes {
  constructor(
    private readonly vault: Vault,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /** Mails a new code to the person of a request; the one before works no more. @throws Fault `conflict`, `unavailable` */
  async send(tx: Transaction, request: PrivacyRequest): Promise<void> {
    const facts = sendAnother(await lockCode(tx, request.id), this.clock.now());
    const code = newCode();
    await this.notices.tell(tx, request, 'code', { code, minutes: String(CODE_MINUTES) });
    await saveCode(tx, request.id, { ...facts, code: await this.vault.seal(tx.tenantId, placeOf(request.id), code) });
  }

  /** Whether a code is the one; counts the attempt, and uses the code up when it is. The commit must be kept in either case. */
  async use(tx: Transaction, requestId: string, guess: string): Promise<boolean> {
    const kept = await lockCode(tx, requestId);
    if (!kept || kept.code === null || !isAlive(kept, this.clock.now())) return false;
    const isRight = isSameCode(await this.vault.open(tx.tenantId, placeOf(requestId), kept.code), guess);
    await saveCode(tx, requestId, { ...kept, attempts: kept.attempts + 1, code: isRight ? null : kept.code });
    return isRight;
  }
}

const placeOf = (row: string) => ({ table: 'compliance.verification_code', column: 'code', row });
