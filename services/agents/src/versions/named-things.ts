import { Injectable } from '@nestjs/common';
import type { AgentConfig } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { ModelCatalog } from '../models/model-catalog.js';
import { Toolbox } from '../tools/toolbox.js';

/** What configurations name by a word: who misspells one is told when the version is published, and not by an agent that lacks it. */
@Injectable()
export class NamedThings {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly toolbox: Toolbox,
  ) {}

  /** @throws Fault `invalid-input` for a model or tool that is not there; as long as there are no models at all, any may come to be */
  async assertThere({ model, fallbackModels, tools }: AgentConfig, ctx: TenantContext): Promise<void> {
    const offered = await this.catalog.namesWith([model, ...fallbackModels]);
    if (offered && !offered.has(model)) throw missing('config.model', 'model', model, '/v1/models');
    const fallback = offered ? fallbackModels.findIndex((name) => !offered.has(name)) : -1;
    if (fallback >= 0)
      throw missing(`config.fallbackModels[${fallback}]`, 'model', fallbackModels[fallback]!, '/v1/models');
    const known = await Promise.all(tools.map(({ name }) => this.toolbox.knows(name, ctx)));
    const unknown = known.indexOf(false);
    if (unknown >= 0) throw missing(`config.tools[${unknown}].name`, 'tool', tools[unknown]!.name, '/v1/agents/tools');
  }
}

function missing(field: string, what: string, name: string, list: string): Fault {
  return new Fault('invalid-input', {
    field,
    detail: `There is no ${what} ${name}; GET ${list} lists those that there are`,
  });
}
