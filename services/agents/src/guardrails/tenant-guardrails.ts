import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Fresh } from '../models/fresh.js';
import { serviceContext } from '../models/platform-context.js';
import type { Guardrail } from './guardrail.js';
import { findPolicy } from './guardrail.table.js';
import { OwnValueFilters } from './own-values.js';
import { defaultGuardrails } from './policy.js';

const FRESH_MS = 5_000;
const MAX_TENANTS = 5_000;

/** Which guardrails hold for a tenant, from memory and at most five seconds old. */
@Injectable()
export class TenantGuardrails {
  private readonly policies: Fresh<readonly Guardrail[]>;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly ownValues: OwnValueFilters,
    clock: Clock,
  ) {
    this.policies = new Fresh(clock, (home) => this.load(home), { forMs: FRESH_MS, maxKeys: MAX_TENANTS });
  }

  async of(ctx: TenantContext): Promise<readonly Guardrail[]> {
    const { tenantId, cell, mode } = ctx;
    return this.ownValues.equip(await this.policies.get(JSON.stringify([tenantId, cell, mode])), ctx);
  }

  private async load(home: string): Promise<readonly Guardrail[]> {
    const [tenantId, cell, mode] = JSON.parse(home) as [string, string, TenantContext['mode']];
    const ctx = serviceContext(tenantId, { cell, mode });
    return (await findPolicy({ query: (statement) => this.tenants.query(ctx, statement) })) ?? defaultGuardrails;
  }
}
