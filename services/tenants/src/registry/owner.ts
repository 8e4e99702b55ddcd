import { Injectable } from '@nestjs/common';
import { prepareOwner } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { TenantsSettings } from '../config.js';
import type { PreparedOwner } from '../provisioning/provisioning.js';

const TIMEOUT_MS = 10_000;

/** The first owner as somebody names them. */
export interface OwnerWish {
  readonly email: string;
  readonly password: string | null;
  /** How the caller spelled the two, for refusals that name a field. */
  readonly fields?: { readonly email: string; readonly password: string };
}

const FIELDS = { email: 'ownerEmail', password: 'ownerPassword' };

/**
 * Hands the owner's address and password straight to identity, before anything is committed: the registry keeps, and every
 * event carries, only the reference that comes back. A preparation that is never used expires in identity.
 */
@Injectable()
export class OwnerPreparation {
  constructor(
    private readonly rpc: RpcClient,
    private readonly settings: TenantsSettings,
  ) {}

  /** @throws Fault of identity, e.g. `password-weak`, naming the field as the caller spelled it */
  async prepare(
    tenantId: string,
    { email, password, fields = FIELDS }: OwnerWish,
    ctx: TenantContext,
  ): Promise<PreparedOwner> {
    if (password !== null && !this.settings.STAFF_SET_PASSWORDS) {
      throw new Fault('invalid-input', {
        field: fields.password,
        detail: 'Here owners choose their first password themselves; leave it out',
      });
    }
    const { ownerRef } = await this.rpc
      .call(prepareOwner, { tenantId, email, password }, ctx, { timeoutMs: TIMEOUT_MS })
      .catch((error: unknown) => {
        throw respell(error, fields);
      });
    return { ownerRef, ownerEmail: email, ownerPasswordSet: password !== null };
  }
}

/** A refusal names the field as the caller spelled it. */
function respell(error: unknown, fields: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof Fault)) return error;
  const errors = error.errors.map(({ field, message }) => ({ field: fields[field] ?? field, message }));
  return new Fault(error.reason, { detail: error.detail, errors, retryAfterS: error.retryAfterS, cause: error });
}
