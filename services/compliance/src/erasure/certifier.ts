import { Injectable } from '@nestjs/common';
import { proveErasure, signStatement, type SignedStatement } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { ComplianceSettings } from '../config.js';
import { type CertificateFacts, printCertificate } from './certificate.js';

/** Has the certificate of an erasure signed, with the proof that the audit log tells of it. */
@Injectable()
export class Certifier {
  constructor(
    private readonly rpc: RpcClient,
    private readonly settings: ComplianceSettings,
  ) {}

  /** @throws Fault `unavailable` until the log has signed the erasure */
  async certify(
    ctx: TenantContext,
    facts: Omit<CertificateFacts, 'tenantId' | 'proof' | 'backups' | 'keyBackups'>,
  ): Promise<SignedStatement> {
    const { tenantId } = ctx;
    const proof = await this.rpc.call(proveErasure, { requestId: facts.plan.id }, ctx);
    const { BACKUPS_EXPIRE: backups, KEY_BACKUPS_EXPIRE: keyBackups } = this.settings;
    const body = printCertificate({ ...facts, tenantId, proof, backups, keyBackups });
    return this.rpc.call(signStatement, { kind: 'erasure-certificate', body }, ctx);
  }
}
