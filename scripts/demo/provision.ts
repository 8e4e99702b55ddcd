import { randomBytes } from 'node:crypto';
import type { Api } from './api.js';
import type { Report } from './report.js';
import type { LoadableTable } from './rows.js';
import type { DemoTenant } from './world.js';

interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly status: string;
  readonly isolation: string;
}

const SLUGS_TRIED = 50;

/** The first of `chinook`, `chinook-2`, … that is free, so that the demo can be run again on the same system. */
async function createTenant(
  admin: Api,
  slug: string,
  details: Record<string, unknown>,
  password: string,
): Promise<Tenant & { ownerEmail: string }> {
  for (let attempt = 1; attempt <= SLUGS_TRIED; attempt += 1) {
    const candidate = attempt === 1 ? slug : `${slug}-${attempt}`;
    const ownerEmail = `owner@${candidate}.example`;
    const body = { slug: candidate, ...details, ownerEmail, ownerPassword: password };
    const answer = await admin.call<Tenant & { code?: string }>('POST', '/v1/tenants', { body });
    if (answer.status === 201) return { ...answer.body, ownerEmail };
    if (answer.body.code !== 'slug-taken')
      throw new Error(`Creating ${candidate} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  throw new Error(`${SLUGS_TRIED} tenants named ${slug} exist already; start with an empty state directory`);
}

/** Provisions one tenant and signs in as its owner. */
export async function provision(
  admin: Api,
  report: Report,
  wanted: { slug: string; name: string; isolation: 'pool' | 'schema'; tables: readonly LoadableTable[] },
): Promise<DemoTenant> {
  const { slug, name, isolation, tables } = wanted;
  const ownerPassword = randomBytes(18).toString('base64url');
  const startedMs = performance.now();
  const tenant = await createTenant(admin, slug, { name, isolation }, ownerPassword);
  const tookMs = Math.round(performance.now() - startedMs);
  report.check(
    `tenant ${slug} is provisioned (${isolation})`,
    tenant.status === 'active',
    `${tenant.slug} is ${tenant.status} after ${tookMs} ms`,
  );
  const signed = { counterparty: name, version: 'demo', effectiveOn: new Date().toISOString().slice(0, 10) };
  await admin.must('POST', `/v1/tenants/${tenant.id}/agreements`, { body: signed });
  const owner = await admin.as(null).signIn(tenant.ownerEmail, ownerPassword);
  return { id: tenant.id, slug: tenant.slug, ownerEmail: tenant.ownerEmail, ownerPassword, owner, tables };
}
