import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import { headers } from '@nats-io/transport-node';
import type { Operation } from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { findNatsServer, freePort, startNats } from '@tenantry/local/servers';
import {
  connectBus,
  ContextSigner,
  createContextKey,
  natsPermissions,
  printRequestFacts,
  RpcClient,
  silentLog,
} from '@tenantry/messaging';
import { median } from './measure/quantile.js';
import { record } from './measure/record.js';
import { bareEcho, callerService, echo, echoService } from './rpc/echo.js';
import type { ResponderSettings } from './rpc/responder.js';

/**
 * What our own reply multiplexer gains over the client library's `request`, to a bare subscription and to a service with
 * the whole pipeline (signed context, permission, contract). The four take turns; ratios are the result.
 */
const RUNS = 3;
/** Variants take short turns, so that whatever else the machine does hits all of them alike. */
const TURN_MS = 50;
const TURNS = 60;
const WARM_UP_MS = 2_000;
const TARGET = 1.2;

interface Variant {
  readonly name: string;
  call(): Promise<unknown>;
}

/** Calls per second with so many in flight. */
async function measure(call: () => Promise<unknown>, inFlight: number, forMs: number): Promise<number> {
  const endMs = performance.now() + forMs;
  let calls = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await call();
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return (calls * 1_000) / forMs;
}

/** Calls per second of each variant over many short turns. */
async function run(variants: readonly Variant[], inFlight: number): Promise<number[]> {
  const sums = variants.map(() => 0);
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const [index, { call }] of variants.entries()) sums[index]! += await measure(call, inFlight, TURN_MS);
  }
  return sums.map((sum) => sum / TURNS);
}

async function compare(variants: readonly Variant[], inFlight: number): Promise<number[]> {
  for (const { call } of variants) await measure(call, inFlight, WARM_UP_MS / variants.length);
  const runs: number[][] = [];
  for (let n = 0; n < RUNS; n += 1) runs.push(await run(variants, inFlight));
  const medians = variants.map((_, index) => median(runs.map((rates) => rates[index] ?? 0)));
  console.log(`  ${inFlight} in flight`);
  for (const [index, { name }] of variants.entries()) {
    const perSecond = medians[index] ?? 0;
    const ratio = median(runs.map((rates) => (rates[index] ?? 0) / (rates[0] ?? 1)));
    console.log(`    ${name.padEnd(44)} ${Math.round(perSecond).toString().padStart(7)}/s   ratio ${ratio.toFixed(2)}`);
  }
  return medians;
}

function contextOf(tenantId: string): TenantContext {
  const request = {
    id: newId(),
    clientIp: '203.0.113.7',
    userAgent: 'bench',
    deadlineAtMs: Date.now() + 600_000,
    traceparent: null,
  };
  return {
    ...{
      tenantId,
      cell: 'home',
      mode: 'pool',
      organizationId: null,
      locationId: null,
      onBehalfOf: null,
      agentId: null,
      grantId: null,
    },
    ...{
      actor: { kind: 'user', id: newId(), role: 'owner' },
      purpose: 'request',
      permissions: ['*'],
      credentialId: newId(),
    },
    ...{ whenSuspended: false, request, idempotency: null, signal: null },
  };
}

await using stack = new AsyncDisposableStack();
const directory = stack.adopt(mkdtempSync(join(tmpdir(), 'tenantry-bench-')), (path) =>
  rmSync(path, { recursive: true, force: true }),
);
const [admin, gateway, service] = [createUser(), createUser(), createUser()];
const seedOf = (user: typeof admin): string => new TextDecoder().decode(user.getSeed());
const permissions = natsPermissions([echoService, callerService], [echo, bareEcho] as Operation[]);
const users = [
  { service: 'gateway', nkey: gateway.getPublicKey(), permissions: permissions['gateway']! },
  { service: 'echo', nkey: service.getPublicKey(), permissions: permissions['echo']! },
];
const binary = await findNatsServer(console.error);
const nats = stack.adopt(
  await startNats(binary, directory, { port: await freePort(), adminNkey: admin.getPublicKey(), users }),
  (server) => server.stop(),
);

const tenantId = newId();
const { privateKeyPem, publicJwk } = await createContextKey('gateway');
const settings: ResponderSettings = { url: nats.url, seed: seedOf(service), jwks: { keys: [publicJwk] }, tenantId };
const program = join(import.meta.dirname, 'rpc', 'responder.ts');
const responder = spawn(process.execPath, [...process.execArgv, program, JSON.stringify(settings)], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
stack.defer(async () => {
  responder.stdin.end();
  await once(responder, 'exit');
});
await once(responder.stdout, 'data');

const bus = stack.adopt(
  await connectBus({ url: nats.url, service: 'gateway', nkeySeed: seedOf(gateway), log: silentLog }),
  (joined) => joined.drain(),
);
const signer = await ContextSigner.load({ issuer: 'gateway', privateKeyPem });
const rpc = new RpcClient({ bus, signer });
const ctx = contextOf(tenantId);
const payload = Buffer.from('{}');
const request = printRequestFacts(ctx.request);

async function stock(operation: Operation): Promise<void> {
  const sent = headers();
  sent.set('Tenantry-Context', await signer.sign(ctx, 'echo'));
  sent.set('Tenantry-Request', request);
  const answer = await bus.connection.request(operation.subject, payload, { headers: sent, timeout: 10_000 });
  if (answer.headers?.get('Tenantry-Fault')) throw new Error(answer.string());
}

async function own(operation: Operation): Promise<void> {
  const reply = await rpc.forward(
    operation,
    payload,
    { context: await signer.sign(ctx, 'echo'), request },
    Date.now() + 10_000,
  );
  if (reply.fault) throw new Error(reply.fault.detail);
}

const variants: Variant[] = [
  { name: 'nc.request → bare subscription', call: () => stock(bareEcho as Operation) },
  { name: 'own multiplexer → bare subscription', call: () => own(bareEcho as Operation) },
  { name: 'nc.request → service with pipeline', call: () => stock(echo as Operation) },
  { name: 'own multiplexer → service with pipeline', call: () => own(echo as Operation) },
];
await compare(variants, 1);
const [stockBare = 1, ownBare = 0, stockService = 1, ownService = 0] = await compare(variants, 64);
const gains = [ownBare / stockBare, ownService / stockService];
console.log(
  `  own multiplexer over nc.request: ${gains.map((gain) => gain.toFixed(2)).join(' bare, ')} service (target ${TARGET} service)`,
);
const toService = { baseline: 'nc.request', ratio: gains[1]!, target: TARGET, met: gains[1]! >= TARGET };
record('rpc', [{ name: 'a call to a service with the whole pipeline', ...toService }]);
process.exitCode = (gains[1] ?? 0) >= TARGET ? 0 : 1;
