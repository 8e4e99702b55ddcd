import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  connectBus,
  ContextKeys,
  ContextVerifier,
  Directories,
  NatsStrategy,
  silentLog,
  standingOf,
  type ContextJwk,
} from '@tenantry/messaging';
import { bareEcho, echoService } from './echo.js';

/** What the comparison hands to the process that answers. */
export interface ResponderSettings {
  readonly url: string;
  readonly seed: string;
  readonly jwks: { readonly keys: readonly ContextJwk[] };
  readonly tenantId: string;
}

/** Answers both subjects until its input ends: one by a bare subscription, one by the whole pipeline. */
const settings = JSON.parse(process.argv[2] ?? '') as ResponderSettings;
const bus = await connectBus({ url: settings.url, service: 'echo', nkeySeed: settings.seed, log: silentLog });
const directories = Directories.inMemory();
const place = {
  mode: 'pool',
  cell: 'home',
  region: null,
  timeZone: 'UTC',
  organizationId: null,
  sandboxOf: null,
} as const;
directories.tenants.put(settings.tenantId, {
  version: 1,
  slug: 't',
  name: 'T',
  status: 'active',
  reason: null,
  hosts: [],
  ...place,
});
const verifier = new ContextVerifier({
  service: 'echo',
  keys: await ContextKeys.fromJwks(settings.jwks),
  standing: standingOf(directories),
});
const strategy = new NatsStrategy({ bus, definition: echoService, verifier, directories, doors: null, log: silentLog });
const app = await NestFactory.createMicroservice(echoService.module, { strategy, logger: false });
await app.listen();
bus.connection.subscribe(bareEcho.subject, { callback: (_error, message) => void message.respond('{}') });
await bus.connection.flush();
console.log('ready');
process.stdin.resume();
process.stdin.once('end', () => void app.close().then(() => bus.drain()));
