import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { BusAttacker } from './bus-attacker.js';
import { ownerClaims } from './cross.js';
import { beginAsTenant, tenantRole, type Instance } from './instance.js';
import type { Report } from './report.js';
import { toNdjson, type LoadableTable } from './rows.js';
import type { World } from './world.js';

const PROBE_EVERY_MS = 5;
const GIVE_UP_MS = 5_000;
const LIMIT_MS = 1_000;
const LEAD_MS = 300;
const STILL_ACCEPTED = 'still accepted';
const ENDED_AS_IF_COMPLETE = 'ended as if complete';

/** Rows for an import and an export that take a while. */
export const ballast: LoadableTable = {
  definition: {
    name: 'ballast',
    columns: [
      { name: 'id', type: 'integer', primaryKey: true },
      { name: 'body', type: 'text' },
    ],
  },
  rows: Array.from({ length: 500 }, (_, index) => ({
    id: index + 1,
    body: String(index).repeat(8_000).slice(0, 8_000),
  })),
};

/** Something of the tenant's that is going on, and how it ended. */
interface Activity {
  readonly what: string;
  /** Settles when it was refused, with how. */
  readonly refused: Promise<string>;
}

/** Asks again and again until it is refused; `ask` answers null while it is accepted. */
async function untilRefused(ask: () => Promise<string | null>): Promise<string> {
  const deadlineMs = performance.now() + GIVE_UP_MS + LEAD_MS;
  while (performance.now() < deadlineMs) {
    const refusal = await ask();
    if (refusal) return refusal;
    await sleep(PROBE_EVERY_MS);
  }
  return STILL_ACCEPTED;
}

function keepAlive({ chinook }: World): Activity {
  const ask = async (): Promise<string | null> => {
    const { status } = await chinook.owner.call('GET', '/v1/tenant');
    return status === 200 ? null : String(status);
  };
  return { what: 'a keep-alive connection', refused: untilRefused(ask) };
}

function apiKey({ chinook }: World, key: string): Activity {
  const client = chinook.owner.as(key);
  const ask = async (): Promise<string | null> => {
    const { status } = await client.call('GET', '/rest/v1/genres?limit=1');
    return status === 200 ? null : String(status);
  };
  return { what: 'its API key', refused: untilRefused(ask) };
}

/** An upload that sends a row now and then and never ends by itself. */
function runningImport({ chinook }: World): Activity {
  let id = ballast.rows.length;
  const data = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await sleep(PROBE_EVERY_MS);
      controller.enqueue(new TextEncoder().encode(toNdjson([{ id: (id += 1), body: 'never kept' }])));
    },
  });
  const refused = chinook.owner
    .call('POST', '/rest/v1/ballast/import', { raw: { type: 'application/x-ndjson', data } })
    .then(
      ({ status }) => String(status),
      () => 'connection ended',
    );
  return { what: 'a running import', refused };
}

/** Every row six times over: more than what lies in buffers between the table and a reader that takes its time. */
const WIDE = 'select=id,a:body,b:body,c:body,d:body,e:body,f:body';

/** A download whose reader takes its time. */
async function runningExport({ chinook }: World): Promise<Activity> {
  const response = await fetch(`${chinook.owner.baseUrl}/rest/v1/ballast/export?${WIDE}`, {
    headers: { ...chinook.owner.headers, accept: 'application/x-ndjson' },
  });
  const reader = response.body!.getReader();
  await reader.read();
  const drain = async (): Promise<string> => {
    for (;;) {
      await sleep(PROBE_EVERY_MS);
      const { done } = await reader.read();
      if (done) return ENDED_AS_IF_COMPLETE;
    }
  };
  return { what: 'a running stream', refused: drain().catch(() => 'cut') };
}

async function signedContext({ chinook }: World, attacker: BusAttacker): Promise<Activity> {
  const context = await attacker.sign(ownerClaims(chinook, 'schema'), 60);
  return {
    what: 'a context signed before',
    refused: untilRefused(async () => (await attacker.askMyTenant(context)).refused),
  };
}

function databaseRole({ chinook }: World, client: Awaited<ReturnType<Instance['connect']>>): Activity {
  const role = tenantRole(chinook.id);
  const ask = async (): Promise<string | null> => {
    const outcome = await beginAsTenant(client, chinook.id)
      .then(() => client.query(`select genre_id from ${role}.genres limit 1`))
      .then(
        () => null,
        (error: Error & { code?: string }) => error.code ?? error.message,
      );
    await client.query('rollback');
    return outcome;
  };
  return { what: 'its database role', refused: untilRefused(ask) };
}

/** Suspends chinook while it is busy in every way, shows when each was refused, and opens it again. */
export async function suspendWhileBusy(world: World, instance: Instance, report: Report): Promise<void> {
  const { admin, chinook } = world;
  const { key } = await chinook.owner.must<{ key: string }>('POST', '/v1/api-keys', {
    body: { name: 'demo', scopes: ['rows.read'] },
  });
  const attacker = await BusAttacker.enter(instance);
  const client = await instance.connect('data_service');
  try {
    const activities = [
      keepAlive(world),
      apiKey(world, key),
      runningImport(world),
      await runningExport(world),
      await signedContext(world, attacker),
      databaseRole(world, client),
    ];
    const timed = activities.map(async ({ what, refused }) => ({ what, how: await refused, atMs: performance.now() }));
    await sleep(LEAD_MS); // all of them are under way
    const pauses = monitorEventLoopDelay({ resolution: 1 });
    pauses.enable();
    const commandMs = performance.now();
    await admin.must('POST', `/v1/tenants/${chinook.id}/suspend`, { body: { reason: 'security' } });
    for (const { what, how, atMs } of await Promise.all(timed)) {
      const tookMs = Math.round(atMs - commandMs);
      report.check(
        `suspended: ${what}`,
        tookMs > 0 && tookMs <= LIMIT_MS && how !== ENDED_AS_IF_COMPLETE && how !== STILL_ACCEPTED,
        `${how} after ${tookMs} ms`,
      );
    }
    report.say(`the longest pause of this machine meanwhile: ${Math.round(pauses.max / 1e6)} ms`);
  } finally {
    await admin.must('POST', `/v1/tenants/${chinook.id}/activate`);
    await client.end();
    await attacker.close();
  }
  await openAgain(world, report);
}

async function openAgain({ chinook }: World, report: Report): Promise<void> {
  const deadlineMs = performance.now() + GIVE_UP_MS;
  let status = 0;
  while (status !== 200 && performance.now() < deadlineMs) {
    ({ status } = await chinook.owner.call('GET', '/rest/v1/genres?limit=1'));
  }
  const kept = await chinook.owner.call('HEAD', '/rest/v1/ballast', { headers: { prefer: 'count=exact' } });
  const count = kept.headers.get('content-range')?.split('/')[1];
  report.check(
    'reactivated',
    status === 200 && count === String(ballast.rows.length),
    `reads again; nothing of the cut import was kept (${count} rows)`,
  );
}
