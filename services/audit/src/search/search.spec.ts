import {
  listAuditEvents,
  listPlatformAuditEvents,
  MemberAdded,
  type AuditEvent,
  type ListAuditEventsRequest,
} from '@tenantry/contracts';
import type { RowChange } from '@tenantry/database';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { auditTenants, READER } from '../testing/audit.fixture.js';
import { filterOf, hashesOf, wordsIn, wordsOf, type SearchedEntry } from './words.js';

describe('words', () => {
  it.each([
    ['member.role-changed', ['member', 'role', 'changed']],
    ['Zoë BEWILLIGT Straße_9', ['zoë', 'bewilligt', 'straße', '9']],
    ['ﬁle', ['file']],
    [' …! ', []],
    ['Id 01920000-0000-7000-8000-00000000000A!', ['01920000-0000-7000-8000-00000000000a', 'id']],
  ])('of %j are %j', (text, words) => {
    expect(wordsIn(text)).toEqual(words);
  });

  it('of entries are those in clear of any of them, never what stands for a classified value', () => {
    const entry: SearchedEntry = {
      ...{ service: 'billing', event: 'InvoicePaid', operation: null, action: 'invoice.paid', outcome: 'done' },
      ...{ resource: 'invoice', resourceId: 'R-17', change: 'update', actor: { id: 'ada', kind: 'user', role: null } },
      old: null,
      new: { note: 'Thank you', amount: 12, isLate: false, email: { commitment: 'sealedByItsOwner' } },
    };
    const words = wordsOf([entry, { ...entry, old: { note: 'Sorry' }, change: null }]);
    expect([...words]).toEqual(
      expect.arrayContaining(['r', '17', 'note', 'thank', 'you', '12', 'false', 'email', 'ada', 'sorry']),
    );
    expect([...words]).not.toContain('sealedbyitsowner');
  });

  it('that are in a filter are found in it, and hardly any others', () => {
    const present = Array.from({ length: 2_000 }, (_, i) => `word${i}`);
    const filter = filterOf(new Set(present));
    const mayHave = (word: string): boolean =>
      hashesOf(word).every((hash) => ((filter[(hash % (filter.length * 8)) >> 3]! >> (hash & 7)) & 1) === 1);
    expect(present.every(mayHave)).toBe(true);
    const wrong = Array.from({ length: 2_000 }, (_, i) => `other${i}`).filter(mayHave);
    expect(wrong.length).toBeLessThan(100);
  });
});

describe('a search in an audit log', () => {
  const t = auditTenants();

  /** One entry with a note, in a log that has many others. */
  async function note(tenant: TestTenant, text: string, more: Partial<RowChange> = {}): Promise<void> {
    const change: RowChange = { resource: 'invoice', id: newId(), action: 'update', new: { note: text }, ...more };
    const event = new MemberAdded({ personId: newId(), role: 'staff' });
    await t.bus.deliverBatch('audit.log', [{ event, tenantId: tenant.id, facts: { changes: [change] } }]);
  }
  /** Puts many entries into a log at once; only what a search reads is like the real thing. */
  async function plant({ id }: TestTenant, from: number, to: number): Promise<void> {
    await t.database.admin(
      `insert into audit.entry (tenant_id, sequence, version, id, occurred_at, recorded_at, service, event, event_id, event_index, action,
         outcome, actor_kind, actor_id, platform_actor, resource, origin, leaf_hash)
       select $1, i, 1, gen_random_uuid(), now(), now(), 'billing', 'InvoicePaid', gen_random_uuid(), 0, 'invoice.paid', 'done', 'user', 'ada',
         false, 'invoice', 'none', sha256(i::text::bytea) from generate_series($2::int, $3::int) i`,
      [id, from, to],
    );
    await t.database.admin('update audit.head set size = $2 where tenant_id = $1', [id, to]);
  }
  const index = (): Promise<void> => t.bus.runSchedule('audit.words');
  const search = async (
    tenant: TestTenant,
    q: string,
    more: Partial<ListAuditEventsRequest> = {},
  ): Promise<AuditEvent[]> => (await tenant.call(listAuditEvents, { q, ...more }, READER)).data;
  const numbers = async (
    tenant: TestTenant,
    q: string,
    more: Partial<ListAuditEventsRequest> = {},
  ): Promise<bigint[]> => (await search(tenant, q, more)).map(({ sequence }) => sequence);

  it('finds entries that have all words, the newest first, in what has a filter and in what has none yet', async () => {
    await note(t.a, 'Paid by transfer');
    await t.write(t.a, 600);
    await note(t.a, 'paid by CARD');
    await index();
    expect(await t.a.count('audit.word_block')).toBe(2);
    await note(t.a, 'Nothing was paid');
    expect(await numbers(t.a, 'paid')).toEqual([603n, 602n, 1n]);
    expect(await numbers(t.a, 'transfer, PAID!')).toEqual([1n]);
    expect(await numbers(t.a, 'transfer card')).toEqual([]);
    expect(await numbers(t.a, 'pai')).toEqual([]); // whole words
  });

  it('finds by action, resource, actor and id too, within the other filters', async () => {
    await note(t.a, 'one');
    await note(t.a, 'two', { resource: 'order', id: 'R-17' });
    const [entry] = await search(t.a, 'two');
    expect(await numbers(t.a, entry!.actor!.id)).toEqual([2n]);
    expect(await numbers(t.a, 'r-17')).toEqual([2n]);
    expect(await numbers(t.a, 'order update')).toEqual([2n]);
    expect(await numbers(t.a, 'update')).toEqual([2n, 1n]);
    expect(await numbers(t.a, 'update', { resource: 'invoice' })).toEqual([1n]);
    expect(await numbers(t.a, 'update', { to: new Date(0) })).toEqual([]);
  });

  it('finds nothing of another tenant, and nothing that is sealed', async () => {
    await note(t.a, 'confidential');
    await t.write(t.a, 300); // with addresses that are sealed
    await index();
    expect(await numbers(t.b, 'confidential')).toEqual([]);
    const [entry] = (await t.a.call(listAuditEvents, { limit: 1 }, { permissions: ['audit.read', 'audit.values'] }))
      .data;
    const { value } = entry!.new!['email'] as { value: string };
    expect(value).toContain('@example.com');
    expect(await numbers(t.a, 'example com')).toEqual([]);
  });

  it('goes on page by page to the end, though it reads only so much for each', async () => {
    await note(t.a, 'needle');
    await plant(t.a, 2, 11_001);
    await note(t.a, 'needle');
    const pages: bigint[][] = [];
    let cursor: string | null | undefined;
    do {
      const page = await t.a.call(listAuditEvents, { q: 'needle', cursor, limit: 1 }, READER);
      pages.push(page.data.map(({ sequence }) => sequence));
      cursor = page.nextCursor;
    } while (cursor);
    expect(pages.flat()).toEqual([11_002n, 1n]);
    await index();
    expect(await numbers(t.a, 'needle')).toEqual([11_002n, 1n]); // skips what can't have it
  });

  it('is there in the platform’s own log for its staff', async () => {
    t.bus.announce(PLATFORM_TENANT_ID);
    const word = `w${newId().replaceAll('-', '')}`;
    await note({ ...t.a, id: PLATFORM_TENANT_ID }, word);
    const { data } = await t.bus.call(listPlatformAuditEvents, { q: word }, testContext(PLATFORM_TENANT_ID, READER));
    expect(data).toHaveLength(1);
  });

  it.each([' ', '…', 'a b c d e f g h i j k'])('is refused for %j', async (q) => {
    await expect(search(t.a, q)).rejects.toBeFault('invalid-input', { field: 'q' });
  });

  it('has cursors of its own', async () => {
    for (let i = 0; i < 3; i += 1) await note(t.a, 'paid');
    const { nextCursor: cursor } = await t.a.call(listAuditEvents, { q: 'paid', limit: 1 }, READER);
    await expect(t.a.call(listAuditEvents, { q: 'other', cursor }, READER)).rejects.toBeFault('invalid-cursor');
    await expect(t.b.call(listAuditEvents, { q: 'paid', cursor }, READER)).rejects.toBeFault('invalid-cursor');
  });
});
