import { jetstreamManager } from '@nats-io/jetstream';
import { TestNats } from '@tenantry/testing';
import type { Bus } from '../bus/bus.js';
import { defineService } from '../definition/define-service.js';
import { Archive } from './archive.js';

class Empty {}
const keeper = defineService({ name: 'audit', module: Empty, archives: ['audit_anchors'] });
const stranger = defineService({ name: 'shop', module: Empty });

describe('an archive', () => {
  let nats: TestNats;
  let archive: Archive;

  beforeAll(async () => {
    nats = await TestNats.start([keeper, stranger], { operations: [] });
    archive = new Archive(await nats.connect('audit'), 'audit_anchors');
  });
  afterAll(() => nats.stop());

  it('keeps what was written first, and says that it did', async () => {
    expect(await archive.put('a.1', 'first')).toBe(true);
    expect(await archive.put('a.1', 'second')).toBe(false);
    expect(await archive.get('a.1')).toEqual({ text: 'first', storedAt: expect.any(Date) });
    expect(await archive.get('a.2')).toBeUndefined();
  });

  it('finds the keys of one prefix and their entries', async () => {
    await Promise.all([archive.put('b.10', 'ten'), archive.put('b.9', 'nine'), archive.put('c.1', 'other')]);
    expect((await archive.keys('b')).toSorted()).toEqual(['b.10', 'b.9']);
    expect((await archive.getAll(['b.9', 'b.11', 'b.10'])).map(({ text }) => text)).toEqual(['nine', 'ten']);
    expect(await archive.keys('d')).toEqual([]);
  });

  it('loses nothing, whatever its owner or the boot admin asks for', async () => {
    await archive.put('e.1', 'kept');
    const admin = await jetstreamManager((await nats.connect()).connection);
    const name = 'KV_audit_anchors';
    const { seq } = (await admin.streams.getMessage(name, { last_by_subj: '$KV.audit_anchors.e.1' }))!;
    await expect(admin.streams.purge(name)).rejects.toThrow(/purge/);
    await expect(admin.streams.deleteMessage(name, seq)).rejects.toThrow(/delete/);
    expect((await archive.get('e.1'))?.text).toBe('kept');
    expect(await nats.provision()).toEqual([]); // a start finds it as it is
  });

  it('is written by its owner alone', async () => {
    const refused: string[] = [];
    const shop: Bus = await nats.connect('shop');
    shop.onChange((change) => change.kind === 'refused' && refused.push(change.subject));
    shop.connection.publish('$KV.audit_anchors.f.1', 'forged');
    await shop.connection.flush();
    expect(await archive.get('f.1')).toBeUndefined();
    expect(refused).toEqual(['$KV.audit_anchors.f.1']);
  });
});
