import { join } from 'node:path';
import { eventually } from '@tenantry/testing';
import { loadChinook } from '../demo/chinook.js';
import type { Client } from '../fuzz/client.js';
import { loadRows } from './load-rows.js';

/** An erasure as the API answers it. */
export type Erasure = {
  id: string;
  status: string;
  digest: string;
  problem: string | null;
  repeats: string | null;
  places: { position: number; service: string; place: string; kind: string; action: string; reason: string | null }[];
};

const DATA = process.env['TENANTRY_DEMO_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
const PATIENCE_MS = 60_000;

/** Fills a tenant with a shop's rows, and says what its tables are for. */
export async function openShop(owner: Client): Promise<void> {
  await loadRows(owner, (await loadChinook(DATA)).tables);
  const record = {
    people: 'customers',
    purpose: 'Accounting',
    legalBasis: 'legal_obligation',
    recipients: [],
    retention: '10 years',
  };
  const duty = { ...record, eraseAction: 'mask', keepReason: 'Tax law: invoices are kept for 10 years' };
  const shop = { ...record, purpose: 'Selling music', legalBasis: 'contract' };
  await owner.must('PUT', '/v1/compliance/data-map/tables/customers', { ...shop, eraseAction: 'mask' });
  await owner.must('PUT', '/v1/compliance/data-map/tables/invoices', duty);
  await owner.must('PUT', '/v1/compliance/data-map/tables/invoice_lines', { ...duty, eraseAction: 'keep' });
}

/** Plans the erasure of a customer. */
export function planErasure(planner: Client, customer: number, more: object = {}): Promise<Erasure> {
  const subject = [{ table: 'customers', value: String(customer) }];
  return planner.must('POST', '/v1/privacy/erasures', { subject, ...more });
}

/** As `eraseSubject`, of a customer. */
export function eraseCustomer(
  planner: Client,
  approver: Client,
  customer: number,
  more: object = {},
): Promise<Erasure> {
  return eraseSubject(planner, approver, [{ table: 'customers', value: String(customer) }], more);
}

/** Has one person plan, another approve, and waits until it is done; says of every task that nothing was found. */
export async function eraseSubject(
  planner: Client,
  approver: Client,
  subject: readonly { readonly table: string; readonly value: string }[],
  more: object = {},
): Promise<Erasure> {
  const { id, digest, places } = await planner.must<Erasure>('POST', '/v1/privacy/erasures', { subject, ...more });
  for (const { position } of places.filter(({ kind }) => kind === 'task')) {
    await planner.must('POST', `/v1/privacy/erasures/${id}/tasks/${position}`, { finding: 'Nothing was found.' });
  }
  await approver.must('POST', `/v1/privacy/erasures/${id}/approve`, { digest });
  const get = (): Promise<Erasure> => approver.must('GET', `/v1/privacy/erasures/${id}`);
  await eventually(async () => (await get()).status === 'done', PATIENCE_MS);
  return get();
}
