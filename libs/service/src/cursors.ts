import { hkdfSync } from 'node:crypto';
import { openCursor, sealCursor, type TenantContext } from '@tenantry/kernel';

const KEY_BYTES = 32;

/** Page cursors of one service's lists: worth nothing for another tenant or another query. */
export class Cursors {
  readonly #key: Uint8Array;

  constructor(masterKey: Uint8Array, service: string) {
    this.#key = new Uint8Array(hkdfSync('sha256', masterKey, '', `tenantry cursors ${service}`, KEY_BYTES));
  }

  /** @param query the list and its filters, in a stable form */
  seal(ctx: TenantContext, query: string, position: unknown): string {
    return sealCursor(this.#key, { tenantId: ctx.tenantId, query }, position);
  }

  /** @throws Fault `invalid-cursor` for anything that `seal` did not make for the same tenant and query */
  open(ctx: TenantContext, query: string, cursor: string): unknown {
    return openCursor(this.#key, { tenantId: ctx.tenantId, query }, cursor);
  }
}
