import type pg from 'pg';
import { World, type WorldTenant } from '../fuzz/world.js';
import type { Client } from '../fuzz/client.js';
import { eraseSubject } from './shop.js';
import { scrub, tracesIn } from './traces.js';

/** A person of whom every word is found nowhere else. */
const personOf = (word: string) => ({
  id: word,
  name: `${word} Quillfeather`,
  email: `${word}@quillfeather.example`,
  phone: `+49 30 ${word} 4711`,
  address: `${word} street 12, Nowhere`,
  illness: `${word} fever`,
});

/** The wrapped keys of a tenant's people, as they lie on the disk. */
async function keysOf(keys: pg.Client, tenantId: string): Promise<string[]> {
  const { rows } = await keys.query<{ wrapped: string }>(
    'select wrapped_key as wrapped from platform.subject_key where tenant_id = $1 and wrapped_key is not null',
    [tenantId],
  );
  return rows.map(({ wrapped }) => wrapped);
}

describe('the disk of a system that forgot one person', () => {
  let world: World;
  let planner: Client;
  const [gone, stays] = [personOf('zyxwopal'), personOf('qwvkamber')];
  const words = ({ name, email, phone, address }: typeof gone): string[] => [name, email, phone, address];

  beforeAll(async () => {
    world = await World.open();
    planner = await world.secondPerson();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const fill = async ({ owner }: WorldTenant, person: typeof gone): Promise<void> => {
    const personal = (name: string) => ({ name, type: 'text', classification: 'personal' });
    const columns = [
      { name: 'id', type: 'text', primaryKey: true },
      ...['name', 'email', 'phone', 'address'].map(personal),
      { name: 'illness', type: 'text', classification: 'phi', searchable: true },
    ];
    await owner.must('POST', '/v1/tables', { name: 'patients', subjectColumn: 'id', columns });
    await owner.must('POST', '/rest/v1/patients', person);
    await owner.must('PATCH', `/rest/v1/patients?id=eq.${person.id}`, { phone: person.phone, name: person.name });
    await owner.must('POST', '/v1/members', { email: person.email, role: 'customer', name: person.name });
  };
  const onDisk = (...all: (typeof gone)[]): Promise<ReadonlySet<string>> =>
    tracesIn(world.stateDir, all.flatMap(words));
  const encrypted = (...all: (typeof gone)[]): Promise<ReadonlySet<string>> =>
    tracesIn(
      world.stateDir,
      all.map(({ illness }) => illness),
    );

  it('has every value of theirs before, and none after; another’s are still there', async () => {
    await fill(world.a, gone);
    await fill(world.b, stays);
    const admin = await world.instance.connect('postgres');
    const keys = await world.instance.connect('postgres', 'postgres_keys');
    try {
      const wrapped = await keysOf(keys, world.a.id);
      await admin.query('checkpoint');
      expect([...(await tracesIn(world.stateDir, wrapped))].toSorted()).toEqual(wrapped.toSorted());
      expect([...(await onDisk(gone, stays))].toSorted()).toEqual([...words(gone), ...words(stays)].toSorted());
      expect([...(await encrypted(gone, stays))]).toEqual([]);
      const person = [{ table: 'patients', value: gone.id }];
      await eraseSubject(planner, world.a.owner, person, { email: gone.email });
      await scrub(keys);
      await scrub(admin);
      const left = await keysOf(keys, world.a.id);
      const destroyed = wrapped.filter((key) => !left.includes(key));
      expect(destroyed.length).toBeGreaterThan(0);
      expect([...(await tracesIn(world.stateDir, destroyed))]).toEqual([]);
      expect([...(await onDisk(gone, stays))].toSorted()).toEqual(words(stays).toSorted());
    } finally {
      await keys.end();
      await admin.end();
    }
  });
});
