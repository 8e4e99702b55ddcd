import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Client } from '../fuzz/client.js';
import { openReview } from './access-review.js';
import { Stage } from './stage.js';

/** `npm run screenshots`: the pictures of docs/guides/privacy-desk.md, taken of a system with made-up people. */
const FOLDER = join(import.meta.dirname, '../../docs/guides/images');
const WINDOW = { viewport: { width: 1120, height: 720 }, colorScheme: 'light' } as const;

await mkdir(FOLDER, { recursive: true });
await using stage = await Stage.open();
const { a } = stage.world;
const planner = await stage.world.secondPerson();

const take = async (page: Page, name: string): Promise<void> => {
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
  await page.context().close();
};
const desk = async (person: Client, path: string, sign: string, name: string): Promise<void> => {
  const page = await stage.desk(person, path, WINDOW);
  await page.getByText(sign).first().waitFor();
  await take(page, name);
};

await a.owner.must('PUT', '/v1/privacy/settings', { formEnabled: true, accentColor: '#0f5132' });
for (const [name, type] of [
  ['Robin', 'gdpr_access'],
  ['Sam', 'ccpa_delete'],
  ['Noor', 'hipaa_access'],
] as const) {
  await stage.request(a, name, type);
}
const requestId = await stage.request(a, 'Alex');
await a.owner.must('POST', `/v1/privacy/requests/${requestId}/acknowledge`);
const check = { method: 'callback', passed: true, evidence: 'Called back at the number on file' };
await a.owner.must('POST', `/v1/privacy/requests/${requestId}/verification/check`, check);
const subject = [{ table: 'customers', value: '1' }];
const { id: erasureId } = await planner.must<{ id: string }>('POST', '/v1/privacy/erasures', { subject, requestId });
const { id: copyId } = await planner.must<{ id: string }>('POST', '/v1/privacy/access', { subject });
await planner.must('POST', '/v1/privacy/holds', {
  name: 'Matter 7',
  reason: 'A court asked to keep it.',
  table: 'orders',
});

await desk(a.owner, '/requests', 'GDPR erasure: Alex', 'queue');
await desk(a.owner, `/requests/${requestId}`, 'Acknowledged by', 'request');
await desk(a.owner, `/copies/${copyId}`, 'Where the person was found', 'copy');
await desk(a.owner, `/erasures/${erasureId}`, 'What happens where', 'erasure');
await desk(a.owner, '/holds', 'Matter 7', 'holds');
const laptop = {
  title: 'A lost laptop',
  description: 'It was left on a train. Its disk is encrypted.',
  laws: ['gdpr', 'hipaa'],
};
const { id: incidentId } = await a.owner.must<{ id: string }>('POST', '/v1/incidents', laptop);
await a.owner.must('POST', `/v1/incidents/${incidentId}/assess`, { severity: 'high', tables: ['customers'] });
await desk(a.owner, '/incidents', 'A lost laptop', 'incidents');
const { id: reviewId } = await openReview(a.owner, 'lee@people.example');
const csv = `email,status,role\nlee@people.example,left,\n${a.owner.email},active,owner\n${planner.email},active,staff\n`;
await a.owner.must('PUT', `/v1/access-reviews/${reviewId}/roster`, { csv });
await desk(planner, `/access-reviews/${reviewId}`, 'somebody else decides', 'access-review');
const form = await stage.browser.visit(`/privacy/${a.slug}`, WINDOW);
await form.getByRole('button', { name: 'Send the request' }).waitFor();
await take(form, 'form');
