import { Controller } from '@nestjs/common';
import {
  addAuditDestination,
  AuditDestinationAdded,
  type AddAuditDestinationRequest,
  type AddAuditDestinationResponse,
} from '@tenantry/contracts';
import { TenantDatabase, Vault } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findCheckpoint } from '../proofs/checkpoint.table.js';
import { DestinationChange, RESOURCE } from './destination-change.js';
import { newDestination, newSigningSecret, toMessage } from './destination.js';
import { assertRoom, insertDestination, type SealedSecrets } from './destination.table.js';

/** Adds a destination; the secret that its batches are signed with is shown once. */
@Controller()
export class AddAuditDestination {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly change: DestinationChange,
    private readonly clock: Clock,
  ) {}

  @Handles(addAuditDestination)
  handle(request: AddAuditDestinationRequest, ctx: TenantContext): Promise<AddAuditDestinationResponse> {
    const { tenantId } = ctx;
    return this.tenants.transaction(ctx, async (tx) => {
      await assertRoom(tx);
      const size = BigInt((await findCheckpoint(tx, null))?.size ?? 0);
      const destination = newDestination(request, size, this.clock.now());
      const signingSecret = newSigningSecret();
      const sealed = await this.seal(tenantId, destination.id, signingSecret, request.bearerToken ?? null);
      await insertDestination(tx, destination, sealed);
      const changes = [await this.change.added(tenantId, destination)];
      tx.publish(new AuditDestinationAdded({ destinationId: destination.id }), { changes });
      return { destination: toMessage(destination, size), signingSecret };
    });
  }

  private async seal(tenantId: string, row: string, secret: string, token: string | null): Promise<SealedSecrets> {
    const seal = (column: string, value: string): Promise<string> =>
      this.vault.seal(tenantId, { table: RESOURCE, column, row }, value);
    return {
      secret: await seal('secret', secret),
      bearerToken: token === null ? null : await seal('bearer_token', token),
    };
  }
}
