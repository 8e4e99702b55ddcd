import { Injectable } from '@nestjs/common';
import { ControlDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import type { Rows } from './plan.table.js';

const JOB = 'billing_catalog';

/** The platform's hand on plans, and on what it sold to whom. */
@Injectable()
export class Catalog {
  constructor(private readonly control: ControlDatabase) {}

  /** Reads of what the platform sells. */
  get rows(): Rows {
    return this.control.job(JOB);
  }

  /** One commit of the platform. What it publishes about a tenant must name that tenant. */
  transaction<T>(ctx: TenantContext, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.control.job(JOB).transaction(work, { ctx });
  }
}
