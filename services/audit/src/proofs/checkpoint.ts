import { originOf, printCheckpoint, printVerifier } from '@tenantry/audit-proofs';
import type { AuditCheckpoint } from '@tenantry/contracts';

/** The root of a tenant's log when it had `size` entries, signed. */
export interface SignedRoot {
  readonly tenantId: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Of the key that signed it, which may have been replaced since. */
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
  /** Lines of witnesses that signed it too; those of others are not kept. */
  readonly cosignatures?: string;
  readonly signedAt: Date;
}

/** Hashes as the API prints them. */
export function printHash(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64url');
}

/** The signed note of a checkpoint: what an auditor keeps. */
export function noteOf({ tenantId, size, root, publicKey, signature, cosignatures = '' }: SignedRoot): string {
  return `${printCheckpoint({ origin: originOf(tenantId), size, root }, publicKey, signature)}${cosignatures}`;
}

/** The verifier key of a checkpoint: what an auditor pins. */
export function verifierOf({ tenantId, publicKey }: SignedRoot): string {
  return printVerifier({ name: originOf(tenantId), publicKey });
}

export function toCheckpointMessage(signed: SignedRoot): AuditCheckpoint {
  const { tenantId, size, root, signedAt } = signed;
  return {
    origin: originOf(tenantId),
    size: BigInt(size),
    rootHash: printHash(root),
    signedAt,
    note: noteOf(signed),
    key: verifierOf(signed),
  };
}
