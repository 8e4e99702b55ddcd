import { setTimeout as delay } from 'node:timers/promises';
import { PASSWORD } from '../../bench/instance/client.js';
import type { Api } from '../demo/api.js';
import type { System } from './system.js';
import type { Watch } from './watch.js';

const PAUSE_MS = 400;
const RETRY_PAUSE_MS = 100;

/** Tenants that were asked for while parts broke. */
export class Sagas {
  readonly slugs: string[] = [];

  constructor(
    private readonly staff: Api,
    private readonly watch: Watch,
  ) {}

  /** Asks for one tenant after the other, each until it is accepted, until it is told to stop. */
  async work(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.ask(`chaos-${this.slugs.length + 1}`, this.slugs.length % 2 === 0 ? 'schema' : 'pool');
      await delay(PAUSE_MS);
    }
  }

  private async ask(slug: string, isolation: string): Promise<void> {
    this.slugs.push(slug);
    const body = { slug, name: slug, isolation, ownerEmail: `owner@${slug}.example`, ownerPassword: PASSWORD };
    const options = { body, headers: { 'idempotency-key': slug } };
    while (!(await this.watch.ask(this.staff, 'POST', '/v1/tenants', options))) {
      if (this.watch.isOver) throw new Error(`${slug} was not accepted before the end`);
      await delay(RETRY_PAUSE_MS);
    }
  }

  /** What did not come to an end: each tenant is there once, and active or given up with nothing left half-done. */
  async problems(system: System): Promise<string[]> {
    const found = await system.query<{ slug: string; status: string; open: number }>(
      `select slug, status, (select count(*)::int from tenants.provisioning_step as step
         where step.tenant_id = tenant.tenant_id and step.status = 'pending') as open
       from tenants.tenant where slug = any($1)`,
      [this.slugs],
    );
    const bySlug = Map.groupBy(found, ({ slug }) => slug);
    return this.slugs.flatMap((slug) => {
      const tenants = bySlug.get(slug) ?? [];
      const isDone =
        tenants.length === 1 && tenants[0]!.open === 0 && ['active', 'failed'].includes(tenants[0]!.status);
      return isDone ? [] : [`tenant ${slug}: ${JSON.stringify(tenants)}`];
    });
  }

  /** How many became active, and how many were given up. */
  async outcome(system: System): Promise<{ active: number; failed: number }> {
    const [counts] = await system.query<{ active: number; failed: number }>(
      `select count(*) filter (where status = 'active')::int as active, count(*) filter (where status = 'failed')::int as failed
       from tenants.tenant where slug = any($1)`,
      [this.slugs],
    );
    return counts!;
  }
}
