import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { tryAgents } from './agents.js';
import { Api } from './api.js';
import { awaitTrail, insertedRows, showTrail } from './audit-trail.js';
import { loadChinook } from './chinook.js';
import { tryClinicAgent } from './clinic-agent.js';
import { loadClinic } from './clinic.js';
import { tryToCross } from './cross.js';
import { Instance } from './instance.js';
import { defineProductTables, importRows, importWithMistake, loadTables } from './load.js';
import { provision } from './provision.js';
import { readBack } from './read.js';
import { Report } from './report.js';
import { ballast, suspendWhileBusy } from './suspend.js';
import type { World } from './world.js';

const { env } = process;
const stateDir = env['TENANTRY_STATE_DIR'] ?? '.tenantry';
const baseUrl = env['TENANTRY_URL'] ?? `http://127.0.0.1:${env['PORT'] ?? 8080}`;
const dataDir = env['TENANTRY_DEMO_DATA'] ?? join('..', 'shared', 'data');

/** Signs in as the platform admin, with the password that the first start printed. */
async function signInAsAdmin(): Promise<Api> {
  const email = env['TENANTRY_ADMIN_EMAIL'] ?? 'admin@example.com';
  return new Api(baseUrl).signIn(email, env['TENANTRY_ADMIN_PASSWORD'] ?? (await askForPassword(email)));
}

async function askForPassword(email: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new Error('Set TENANTRY_ADMIN_PASSWORD to the password that `npm start` printed, and run the demo again');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`Password of ${email} (npm start printed it): `)).trim();
  } finally {
    terminal.close();
  }
}

/** Shows, as an API client, that two real tenants live apart on a running system. */
async function demo(report: Report): Promise<void> {
  const instance = new Instance(stateDir);
  const [shop, ward] = await Promise.all([loadChinook(dataDir), loadClinic(dataDir)]);

  report.step('1. Two tenants');
  const admin = await signInAsAdmin();
  const chinook = await provision(admin, report, {
    slug: 'chinook',
    name: 'Chinook Music',
    isolation: 'schema',
    tables: shop.tables,
  });
  const clinic = await provision(admin, report, {
    slug: 'clinic',
    name: 'Harbour Clinic',
    isolation: 'pool',
    tables: ward.tables,
  });
  const world: World = { admin, chinook, clinic };

  report.step('2. Real data');
  report.say(`chinook from ${shop.origin}, clinic from ${ward.origin}`);
  await defineProductTables(admin, ward.tables);
  const wardNames = ward.tables.map(({ definition }) => definition.name);
  const wardBefore = await insertedRows(instance, ['product'], wardNames);
  await loadTables(chinook, report);
  await importRows(clinic, report, ward.tables);
  await importWithMistake(world, report);

  report.step('3. Read back with the PostgREST client');
  await readBack(world, report);

  report.step('4. Attempts to cross');
  await tryToCross(world, instance, report);

  report.step('5. Suspension while busy');
  await loadTables(chinook, report, [ballast]);
  await Promise.all([awaitTrail(chinook, instance, 0), awaitTrail(clinic, instance, wardBefore)]);
  await suspendWhileBusy(world, instance, report);

  report.step('6. The audit trails');
  await showTrail(chinook, instance, 0, report);
  await showTrail(clinic, instance, wardBefore, report);

  report.step('7. An agent of chinook');
  await tryAgents(world, report);

  report.step('8. An agent of clinic');
  await tryClinicAgent(world, report);
}

const report = new Report();
try {
  await demo(report);
} catch (error) {
  report.check('the demo ran to its end', false, error instanceof Error ? error.message : String(error));
}
process.exitCode = report.finish() ? 0 : 1;
