import 'reflect-metadata';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Controller, Module } from '@nestjs/common';
import { field, operation, type FieldFacts } from '@tenantry/contracts';
import { TenantDatabase, sql } from '@tenantry/database';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';
import { defineService, Handles } from '@tenantry/messaging';
import { tenantsOnRealPostgres } from './tenants-on-real-postgres.js';

class AddNoteRequest {
  static readonly typeName = 'sample.AddNoteRequest';
  static readonly fields: readonly FieldFacts[] = [field('text', 'string', { required: true })];
  text!: string;
}
class NoteList {
  static readonly typeName = 'sample.NoteList';
  static readonly fields: readonly FieldFacts[] = [
    field('data', 'string', { repeated: true }),
    field('next_cursor', 'string', { optional: true }),
  ];
  data!: string[];
  nextCursor?: string | null;
}
class NoteAdded {
  static readonly typeName = 'sample.NoteAdded';
  static readonly fields: readonly FieldFacts[] = [field('text', 'string')];
  static readonly event = {
    service: 'sample',
    name: 'NoteAdded',
    subjectSuffix: 'sample.NoteAdded',
    action: 'note.added',
  };
  text!: string;
}
class Nothing {
  static readonly typeName = 'sample.Nothing';
  static readonly fields: readonly FieldFacts[] = [];
}

const declared = { service: 'sample', scope: 'tenant', summary: '' } as const;
const addNote = operation({
  ...declared,
  name: 'AddNote',
  permission: 'notes.write',
  http: { method: 'POST', path: '/v1/notes', status: 200 },
  input: AddNoteRequest,
  output: NoteList,
});
const listNotes = operation({
  ...declared,
  name: 'ListNotes',
  permission: 'notes.read',
  http: { method: 'GET', path: '/v1/notes', status: 200 },
  input: Nothing,
  output: NoteList,
});
const leakNotes = operation({
  ...declared,
  name: 'LeakNotes',
  permission: 'notes.read',
  http: { method: 'GET', path: '/v1/leak', status: 200 },
  input: Nothing,
  output: NoteList,
});

/** What everybody has written, as a service without isolation would remember it. */
const remembered: string[] = [];

@Controller()
class Notes {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(addNote)
  async add({ text }: AddNoteRequest, ctx: TenantContext): Promise<NoteList> {
    if (text === 'taken') {
      throw new Fault('conflict', { field: 'text' });
    }
    remembered.push(text);
    return this.tenants.transaction(ctx, async (tx) => {
      await tx.query(sql`insert into sample.note (tenant_id, id, text) values (${ctx.tenantId}, ${newId()}, ${text})`);
      tx.publish(Object.assign(new NoteAdded(), { text }));
      return { data: [text] };
    });
  }

  @Handles(listNotes)
  async list(_: Nothing, ctx: TenantContext): Promise<NoteList> {
    return {
      data: (await this.tenants.query<{ text: string }>(ctx, sql`select text from sample.note`)).map(
        ({ text }) => text,
      ),
    };
  }

  @Handles(leakNotes)
  leak(): NoteList {
    return { data: remembered };
  }
}

@Module({ controllers: [Notes] })
class SampleModule {}

function migrations(): URL {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-migrations-'));
  writeFileSync(
    join(folder, '0001_note.sql'),
    `create table sample.note (tenant_id uuid not null, id uuid not null, text text not null, primary key (tenant_id, id));
     call platform.tenant_table('sample.note', classes => '{"text": "internal"}');`,
  );
  return pathToFileURL(`${folder}/`);
}

describe('tenantsOnRealPostgres', () => {
  const t = tenantsOnRealPostgres(defineService({ name: 'sample', module: SampleModule, migrations: migrations() }));

  it('gives two tenants that do not see each other, and counts their rows apart', async () => {
    await t.a.call(addNote, { text: t.a.canary() });
    expect((await t.a.call(listNotes, {})).data).toHaveLength(1);
    expect(await t.b.call(listNotes, {})).toBeEmptyPage();
    expect([await t.a.count('sample.note'), await t.b.count('sample.note')]).toEqual([1, 0]);
  });

  it('gives new tenants and an empty outbox to every test', async () => {
    expect(await t.a.call(listNotes, {})).toBeEmptyPage();
    await t.a.call(addNote, { text: 'once' });
    expect(await t.outbox()).toEqual([expect.objectContaining({ type: 'NoteAdded', tenantId: t.a.id, text: 'once' })]);
  });

  it('fails a test whose tenant is shown what another one planted', async () => {
    await t.a.call(addNote, { text: t.a.canary() });
    await expect(t.b.call(leakNotes, {})).rejects.toThrow(`tenant ${t.b.id} was shown canary-`);
    await expect(t.a.call(leakNotes, {})).resolves.toBeDefined();
  });

  it('passes through permissions, validation and faults as they are', async () => {
    await expect(t.a.call(addNote, { text: 'x' }, { permissions: ['notes.read'] })).rejects.toBeFault('forbidden');
    await expect(t.a.call(addNote, {})).rejects.toBeFault('invalid-input', { field: 'text' });
    await expect(t.a.call(addNote, { text: 'taken' })).rejects.toBeFault('conflict', { field: 'text' });
    await expect(t.a.call(addNote, { text: 'taken' })).rejects.not.toBeFault('conflict', { field: 'other' });
    expect(await t.outbox()).toEqual([]);
  });
});
