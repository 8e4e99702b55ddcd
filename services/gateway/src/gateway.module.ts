import { Module, type Provider, type Type } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { GatewaySettings } from './config.js';
import { AccessTokens } from './credentials/access-tokens.js';
import { Origins } from './directories/origins.js';
import { Settling } from './directories/settling.js';
import { TenantFinder } from './directories/tenant-finder.js';
import { AnnouncedFleet, Fleet } from './fleet.js';
import { OpenStreams } from './http/open-streams.js';
import { Operations } from './http/operations.js';
import { Refusals } from './http/refusals.js';
import { openHttp } from './http/server.js';
import { Admission, admission, Call, call, Pipeline, Standing, standing } from './pipeline/pipeline.js';
import type { Step } from './pipeline/exchange.js';
import { Turns } from './pipeline/turns.js';
import { Usage } from './pipeline/usage.js';

/** A pipeline of steps that Nest has made. */
function pipeline(token: new (steps: readonly Step[]) => Pipeline, steps: readonly Type<Step>[]): Provider {
  return { provide: token, inject: [...steps], useFactory: (...made: Step[]) => new token(made) };
}

/** What the gateway is made of. */
export const providers: Provider[] = [
  ...new Set<Type<Step>>([...admission, ...call, ...standing]),
  pipeline(Admission, admission),
  pipeline(Call, call),
  pipeline(Standing, standing),
  AccessTokens,
  Settling,
  TenantFinder,
  Origins,
  Usage,
  Turns,
  { provide: Fleet, useClass: AnnouncedFleet },
  OpenStreams,
  Operations,
  Refusals,
];

@Module({ providers })
export class GatewayModule {}

/** The edge: the only service that speaks HTTP. It owns no data; what it must know is in directories that others write. */
export const gatewayService = defineService({
  name: 'gateway',
  module: GatewayModule,
  settings: GatewaySettings,
  watches: ['tenants', 'members', 'keys', 'revocations', 'policies', 'agents', 'agent_tokens', 'grants'],
  http: openHttp,
});
