import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { AgentsSettings } from './config.js';
import { CreateAgent } from './registry/create-agent.js';
import { GetAgent } from './registry/get-agent.js';
import { ListAgents } from './registry/list-agents.js';

const registry = [CreateAgent, GetAgent, ListAgents];

/** AI agents and what they may do: a table of contents. */
@Module({ controllers: [...registry] })
export class AgentsModule {}

export const agentsService = defineService({
  name: 'agents',
  module: AgentsModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['directory'],
  buckets: ['agents', 'agent_tokens', 'agent_stops'],
  watches: ['tenants', 'members', 'revocations', 'entitlements', 'agents', 'agent_stops'],
  settings: AgentsSettings,
});
