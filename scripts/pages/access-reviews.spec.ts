import { readFile } from 'node:fs/promises';
import { BadReview, parseVerifier, verifyReview, type ReviewedAccess } from '@tenantry/audit-proofs';
import type { Client } from '../fuzz/client.js';
import { openReview } from './access-review.js';
import { eventually } from '@tenantry/testing/eventually';
import { Stage, tabTo } from './stage.js';

const PATIENCE_MS = 60_000;

describe('The pages of access reviews, in a real browser before a real system', () => {
  let stage: Stage;
  let planner: Client;

  beforeAll(async () => {
    stage = await Stage.open();
    planner = await stage.world.secondPerson();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());
  afterEach(() => expect(stage.browser.complaints.splice(0)).toEqual([]));

  const owner = (): Client => stage.world.a.owner;

  it('lead by keyboard alone from the roster to the proof that somebody who left is gone', async () => {
    const { id, member } = await openReview(owner(), 'lee@people.example');
    const page = await stage.desk(planner, `/access-reviews/${id}`);
    const csv = `email;status\n${member.email};left\n${owner().email};active\n${planner.email};active\n`;
    await page.getByLabel('Roster of your people').setInputFiles({
      ...{ name: 'roster.csv', mimeType: 'text/csv', buffer: Buffer.from(`${csv}nobody;active\n`) },
    });
    await tabTo(page, 'button', 'Compare');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Line 5: email is no address').first().waitFor();
    await page.getByLabel('Roster of your people').setInputFiles({
      ...{ name: 'roster.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) },
    });
    await tabTo(page, 'button', 'Compare');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Compared:').waitFor();
    await page.getByLabel('Finding').selectOption('Has left');
    await page.getByRole('cell', { name: 'Has left' }).first().waitFor();
    await tabTo(page, 'checkbox', 'Choose Member lee');
    await page.keyboard.press('Space');
    await tabTo(page, 'button', 'Revoke 1');
    await page.keyboard.press('Enter');
    await page.getByLabel('Why').fill('Left in summer');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save the proof' }).waitFor({ timeout: PATIENCE_MS });
    const saved = page.waitForEvent('download');
    await tabTo(page, 'button', 'Save the proof');
    await page.keyboard.press('Enter');
    const proof = JSON.parse(await readFile(await (await saved).path(), 'utf8')) as { entryId: string };
    expect(await owner().must('GET', `/v1/audit/events/${proof.entryId}`)).toMatchObject({
      event: {
        resource: 'member',
        resourceId: member.userId,
        change: 'delete',
        onBehalfOf: expect.any(String) as string,
      },
    });
    const { data } = await owner().must<{ data: { email: string }[] }>('GET', '/v1/members');
    expect(data.map(({ email }) => email)).not.toContain(member.email);
  });

  it('have a result that is verified with a pinned key alone, and nothing else in its place', async () => {
    const { id, member } = await openReview(owner(), 'rob@people.example');
    const list = async (): Promise<(ReviewedAccess & { id: string; barred: string | null })[]> =>
      (await planner.must<{ data: [] }>('GET', `/v1/access-reviews/${id}/items?limit=200`)).data;
    const of = (items: readonly ReviewedAccess[]) => items.find(({ accessId }) => accessId === member.userId);
    const items = await list();
    const decide = (some: readonly { id: string }[], decision: string) =>
      planner.must('POST', `/v1/access-reviews/${id}/decisions`, {
        ...{ itemIds: some.map((one) => one.id), decision, reason: 'Looked at' },
      });
    const open = items.filter(({ barred }) => barred === null);
    await decide(
      open.filter(({ accessId }) => accessId === member.userId),
      'revoke',
    );
    const kept = open.filter(({ accessId }) => accessId !== member.userId);
    if (kept.length > 0) await decide(kept, 'keep');
    await eventually(async () => of(await list())?.evidence?.entryId != null, PATIENCE_MS);
    await planner.must('POST', `/v1/access-reviews/${id}/complete`, { leftBecause: 'Their own, or given by them' });
    const { key } = await owner().must<{ key: string }>('GET', '/v1/audit/checkpoint');
    const { note } = await owner().must<{ note: string }>('GET', `/v1/access-reviews/${id}/statement`);
    const done = await list();
    const { publicKey } = parseVerifier(key);
    const verify = (text = note, accesses: readonly ReviewedAccess[] | null = done) =>
      verifyReview(text, publicKey, accesses);
    expect(verify()).toMatchObject({ review: id, accesses: done.length, proven: 1 });
    const [first, ...others] = done;
    const gone = of(done)!;
    const with1 = (changed: ReviewedAccess) => done.map((one) => (one.accessId === gone.accessId ? changed : one));
    for (const accesses of [
      others,
      [...others, first!],
      with1({ ...gone, role: 'owner' }),
      with1({ ...gone, decision: 'keep' }),
      with1({ ...gone, evidence: { ...gone.evidence!, sequence: '1' } }),
      with1({ ...gone, evidence: { ...gone.evidence!, hashes: [] } }),
    ])
      expect(() => verify(note, accesses)).toThrow(BadReview);
    expect(() => verify(note.replace('"kept":', '"kept":1'))).toThrow(BadReview);
    const other = await stage.world.b.owner.must<{ note: string }>('GET', '/v1/audit/checkpoint');
    expect(() => verify(other.note, null)).toThrow(BadReview);
    expect(() => verifyReview(note, new Uint8Array(32).fill(7), done)).toThrow(BadReview);
  });

  it('let nobody decide about their own access, or one that they gave', async () => {
    const { id, member } = await openReview(owner(), 'kit@people.example');
    const page = await stage.desk(owner(), `/access-reviews/${id}`);
    await page.getByText(member.email, { exact: true }).waitFor();
    expect(await page.getByLabel('Choose Member kit').count()).toBe(0);
    await page.getByText('somebody else decides: you gave it').first().waitFor();
    await page.getByText('somebody else decides: your own').first().waitFor();
  });

  it('show nothing of another tenant, and are readable for everybody: axe finds nothing, light and dark', async () => {
    const { id } = await openReview(owner(), 'max@people.example');
    const foreign = await stage.desk(stage.world.b.owner, `/access-reviews/${id}`);
    await foreign.getByRole('alert').getByText('not yours to see').waitFor();
    const page = await stage.desk(planner, '/access-reviews');
    await page.getByRole('link', { name: 'of max@people.example' }).waitFor();
    expect(await stage.browser.violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'of max@people.example' }).click();
    await page.getByLabel('Choose Member max').check();
    expect(await stage.browser.violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Revoke 1' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await stage.browser.violations(page)).toEqual([]);
  });
});
