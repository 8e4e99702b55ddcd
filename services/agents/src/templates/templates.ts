import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { platformContext } from '../models/platform-context.js';
import { reading, type Rows } from '../rows.js';
import { listVersionRows } from '../versions/version.table.js';
import type { Version } from '../versions/version.js';
import type { Template } from './template.js';
import { findOrigin, findTemplate, listTemplateRows } from './template.table.js';

/** An agent's newest version with the version of the template that it has, and the newest one. */
export interface Lineage {
  readonly from: Template;
  readonly to: Template;
  readonly newest: Version;
}

/** The platform's templates, as tenants read them. */
@Injectable()
export class Templates {
  constructor(private readonly tenants: TenantDatabase) {}

  /** Those that agents can be made from. */
  async offered(): Promise<Template[]> {
    return (await listTemplateRows(this.platform())).filter(({ isWithdrawn }) => !isWithdrawn);
  }

  /** A version, or the newest. @throws Fault `not-found`, also for a template that was withdrawn */
  async get(name: string, version: number | null = null): Promise<Template> {
    const template = await findTemplate(this.platform(), name, version);
    if (!template || template.isWithdrawn) throw new Fault('not-found');
    return template;
  }

  /** Where an agent comes from. @throws Fault `not-found` for an agent that is not the tenant's, `conflict` for one without a template */
  async lineageOf(agentId: string, rows: Rows): Promise<Lineage> {
    const [[newest], origin] = await Promise.all([
      listVersionRows(rows, { agentId, before: null }, 1),
      findOrigin(rows, agentId),
    ]);
    if (!newest || !origin) throw new Fault('not-found');
    const [from, to] = await Promise.all([
      findTemplate(this.platform(), origin.template, origin.version),
      findTemplate(this.platform(), origin.template, null),
    ]);
    if (!from || !to) throw new TypeError(`The template ${origin.template} of an agent is gone`);
    return { from, to, newest };
  }

  /** The door for reads of one request. */
  reading(ctx: TenantContext): Rows {
    return reading(this.tenants, ctx);
  }

  private platform(): Rows {
    return reading(this.tenants, platformContext());
  }
}
