import { Injectable } from '@nestjs/common';
import {
  type AuditCheckpoint,
  getTreeHead,
  GivenAccess,
  listAgentAccesses,
  listMemberAccesses,
  type Operation,
  readMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';

/** Who tells who may do what. */
const SERVICES = [listMemberAccesses, listAgentAccesses] as readonly Operation<object>[];

/** Reads what everybody may do in a tenant from the services that gave it, and the head of the audit log after that. */
@Injectable()
export class PopulationReader {
  constructor(private readonly rpc: RpcClient) {}

  /** @throws Fault when a service does not answer, or not to the end */
  async read(ctx: TenantContext): Promise<{ given: GivenAccess[]; head: AuditCheckpoint }> {
    const given: GivenAccess[] = [];
    for (const service of SERVICES) given.push(...(await this.#of(service, ctx)));
    return { given, head: await this.rpc.call(getTreeHead, {}, ctx) };
  }

  async #of(service: Operation<object>, ctx: TenantContext): Promise<GivenAccess[]> {
    const chunks = await Array.fromAsync(await this.rpc.download(service, {}, ctx));
    const lines = Buffer.concat(chunks).toString().split('\n').filter(Boolean);
    return lines.map((line) => readMessage(GivenAccess, JSON.parse(line)));
  }
}
