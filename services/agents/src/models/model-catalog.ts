import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { AgentsSettings } from '../config.js';
import { findBook } from '../prices/price-book.table.js';
import type { PricedModel } from '../prices/price-book.js';
import { mayAsk } from '../registry/agent.js';
import { Fresh } from './fresh.js';
import { platformContext } from './platform-context.js';
import { LOCAL_PROVIDER } from './put-model-provider.js';

const FRESH_MS = 5_000;
const BOOK = 'book';

/** The stand-in's only model. It costs something, so that budgets can be seen at work. */
const LOCAL_MODEL: PricedModel = {
  ...{ name: 'local-rules', provider: LOCAL_PROVIDER, upstreamModel: 'local-rules' },
  ...{ contextTokens: 1_000_000, maxOutputTokens: 4_096, fallbacks: [] },
  ...{
    inputNanosPerMillion: 150_000_000n,
    cachedInputNanosPerMillion: 75_000_000n,
    outputNanosPerMillion: 600_000_000n,
  },
};

/** What can be asked for right now. */
export interface Offer {
  /** The book's number; 0 while none was published. */
  readonly version: number;
  readonly publishedAt: Date;
  readonly models: ReadonlyMap<string, PricedModel>;
}

/** What may answer a call, and by which price book it is rated. */
export interface Candidates {
  readonly version: number;
  readonly candidates: readonly PricedModel[];
}

/** The models of the price book in force, and the stand-in's where there is one; from memory, at most five seconds old. */
@Injectable()
export class ModelCatalog {
  private readonly offers: Fresh<Offer>;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly settings: AgentsSettings,
    private readonly directories: Directories,
    clock: Clock,
  ) {
    this.offers = new Fresh(clock, () => this.load(), { forMs: FRESH_MS, maxKeys: 1 });
  }

  offer(): Promise<Offer> {
    return this.offers.get(BOOK);
  }

  /** The names of all models, looked up anew when one that is wanted is not among them; null while there are none. */
  async namesWith(wanted: readonly string[]): Promise<ReadonlySet<string> | null> {
    const known = (await this.offer()).models;
    if (!wanted.every((name) => known.has(name))) this.offers.forget(BOOK);
    const { models } = await this.offer();
    return models.size === 0 ? null : new Set(models.keys());
  }

  /**
   * The model and those that stand in for it, in this order; for an agent, no others than its configuration names.
   * @throws Fault `invalid-input` when there is none with the name, `agent-refused` when the agent may not ask it
   */
  async find(name: string, ctx: TenantContext): Promise<Candidates> {
    const agent = this.directories.agents.get(ctx.actor.id);
    if (!mayAsk(name, agent, ctx)) throw notNamed(name);
    const { version, models } = await this.offer();
    const model = models.get(name);
    if (!model) {
      throw new Fault('invalid-input', {
        field: 'model',
        detail: 'There is no model with this name, or it has no price; GET /v1/models lists those that can be used',
      });
    }
    const standIns = model.fallbacks.filter((one) => mayAsk(one, agent, ctx));
    return { version, candidates: [model, ...standIns.map((one) => models.get(one)!)] };
  }

  private async load(): Promise<Offer> {
    const book = await findBook({ query: (statement) => this.tenants.query(platformContext(), statement) });
    const local = this.settings.LOCAL_MODEL_URL === undefined ? [] : [LOCAL_MODEL];
    const models = new Map([...local, ...(book?.models ?? [])].map((model) => [model.name, model]));
    return { version: book?.version ?? 0, publishedAt: book?.publishedAt ?? new Date(0), models };
  }
}

function notNamed(model: string): Fault {
  return new Fault('agent-refused', {
    field: 'model',
    detail: `The configuration of this agent does not name ${model}`,
  });
}
