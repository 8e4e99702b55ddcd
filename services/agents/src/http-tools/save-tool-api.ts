import { Injectable } from '@nestjs/common';
import { ToolApiDeleted, ToolApiPut, type ToolApiDefinition } from '@tenantry/contracts';
import { TenantDatabase, Vault, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { maySecretStay, readApi, type ToolApi, type WishedApi } from './tool-api.js';
import { apiFacts, deleteApi, lockApi, saveApi, secretPlace } from './tool-api.table.js';
import { ToolApis } from './tool-apis.js';

type Check = (tx: Transaction, api: WishedApi) => Promise<void>;

/** Sets APIs up and takes them away again, for a tenant or for the platform, whose rows are those of its own tenant. */
@Injectable()
export class SaveToolApi {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly apis: ToolApis,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `invalid-input` naming the field or the place in the document, or what `check` refuses */
  async put(name: string, definition: ToolApiDefinition, check: Check, ctx: TenantContext): Promise<ToolApi> {
    const wish = readApi(name, definition);
    const secret = definition.credential.secret ?? null;
    const sealed = secret === null ? null : await this.vault.seal(ctx.tenantId, secretPlace(name), secret);
    const saved = await this.tenants.transaction(ctx, async (tx) => {
      await check(tx, wish);
      const before = await lockApi(tx, name);
      const kept = sealed ?? keptSecret(before, wish);
      const api = { ...wish, secret: kept, updatedBy: ctx.actor.id, updatedAt: this.clock.now() };
      await saveApi(tx, api);
      const change = { resource: 'tool_api', id: name, action: before ? ('update' as const) : ('insert' as const) };
      tx.publish(new ToolApiPut({ name, tools: api.tools.length }), { changes: [{ ...change, new: apiFacts(api) }] });
      return api;
    });
    this.apis.forget(ctx);
    return saved;
  }

  /** @throws Fault `not-found` */
  async remove(name: string, ctx: TenantContext): Promise<ToolApi> {
    const removed = await this.tenants.transaction(ctx, async (tx) => {
      const gone = await deleteApi(tx, name);
      const changes = [{ resource: 'tool_api', id: name, action: 'delete' as const, old: apiFacts(gone) }];
      tx.publish(new ToolApiDeleted({ name }), { changes });
      return gone;
    });
    this.apis.forget(ctx);
    return removed;
  }
}

/** The secret that an API has already. @throws Fault `invalid-input` when it must be given anew */
function keptSecret(before: ToolApi | undefined, wish: WishedApi): string | null {
  if (wish.credential === 'none') return null;
  if (before?.secret != null && maySecretStay(before, wish)) return before.secret;
  const field = 'api.credential.secret';
  throw new Fault('invalid-input', {
    field,
    detail: `${field} must be given: there is none yet, or it was for another host or kind`,
  });
}
