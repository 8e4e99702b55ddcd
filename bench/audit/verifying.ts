import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseVerifier, verifyExport } from '@tenantry/audit-proofs';
import { exportAuditLog, getAuditCheckpoint } from '@tenantry/contracts';
import { testContext } from '@tenantry/testing/database';
import { quantile } from '../measure/quantile.js';
import { batchFor, ROWS_A_BATCH } from './batch.js';
import type { AuditPlace } from './place.js';

/** A log as long as is to be exported, and its export verified; its entries come the usual way. */
export async function measureVerifying(
  { bus, directory, findings }: AuditPlace,
  tenantId: string,
  wanted: number,
): Promise<void> {
  for (let rows = 0; rows < wanted; rows += ROWS_A_BATCH) await bus.deliverBatch('audit.log', batchFor([tenantId]));
  await bus.runSchedule('audit.checkpoints');
  const file = join(directory, 'log.ndjson');
  const ctx = testContext(tenantId, {
    permissions: ['audit.read'],
    request: { ...testContext(tenantId).request, deadlineAtMs: Date.now() + 600_000 },
  });
  const { key, size } = await bus.call(getAuditCheckpoint, {}, ctx);
  const startMs = performance.now();
  const { body } = await bus.send(exportAuditLog, '{}', ctx);
  await writeFile(file, body!);
  const entries = Number(size);
  findings.add(`an export of ${entries} entries`, (entries / (performance.now() - startMs)) * 1_000, 'entries/s');
  const trusted = { checkpoints: [], keys: [parseVerifier(key)] };
  const verify = async (threads: number): Promise<number> => {
    const fromMs = performance.now();
    await verifyExport(createReadStream(file, { highWaterMark: 1024 * 1024 }), trusted, threads);
    return (entries / (performance.now() - fromMs)) * 1_000;
  };
  const [alone, inThreads]: [number[], number[]] = [[], []];
  for (let run = 0; run < 3; run++) {
    alone.push(await verify(0));
    inThreads.push(await verify(2));
  }
  findings.add('verified offline by one thread', quantile(alone, 0.5), 'entries/s');
  findings.add('verified offline as the command does', quantile(inThreads, 0.5), 'entries/s', {
    least: 200_000,
  });
}
