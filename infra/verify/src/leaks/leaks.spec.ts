import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { newId } from '@tenantry/kernel';
import type { Caller } from '../client/caller.js';
import { Findings } from '../report/outcome.js';
import { Canary } from '../world/canary.js';
import type { Tenant } from '../world/tenant.js';
import { Collector } from './collector.js';
import { readDisk } from './disk.js';
import { Leaks } from './leaks.js';
import { Logs } from './logs.js';

function tenant(): Tenant {
  const id = newId();
  const canary = new Canary();
  const person = { userId: newId(), email: canary.email(), password: 'p'.repeat(12) };
  return { id, slug: canary.word(), mode: 'pool', canary, person, owner: { token: `token-${id}`, sees: [id] } };
}

describe('Leaks', () => {
  const [a, b] = [tenant(), tenant()];
  const asked = { method: 'GET', path: '/v1/things' };

  function found(caller: Caller, text: string, request = asked): number {
    const leaks = new Leaks();
    leaks.protect(a, b);
    leaks.witness(caller, request, { status: 200, headers: {}, text });
    const findings = new Findings();
    leaks.report(findings);
    return findings.failed.filter(({ section }) => section === 'answers').length;
  }

  it("finds another tenant's value and id in an answer, and in its headers", () => {
    expect(found(a.owner, `{"name":"${b.canary.word()}"}`)).toBe(2);
    expect(found(a.owner, `{"tenantId":"${b.id}"}`)).toBe(2);
    expect(found({ token: null, sees: [] }, a.canary.word())).toBe(2);
  });

  it('takes what is their own, what they said themselves and what staff see for what it is', () => {
    const word = b.canary.word();
    expect(found(b.owner, word)).toBe(0);
    expect(found(a.owner, word, { method: 'GET', path: `/v1/things/${word}` })).toBe(0);
    expect(found({ token: 'token-of-staff', sees: 'everyone' }, word)).toBe(0);
  });

  it('says whether all whose health information there is have read it, and finds it wherever else it is', () => {
    const leaks = new Leaks();
    leaks.protect(a, b);
    const readBy = (caller: Caller, text: string): string => {
      leaks.witness(caller, asked, { status: 200, headers: {}, text });
      const findings = new Findings();
      leaks.report(findings);
      return findings.outcomes.find(({ section }) => section === 'controls')!.seen;
    };
    expect(readBy(a.owner, b.canary.health())).toBe('by 0 of 2');
    expect(readBy(a.owner, a.canary.health())).toBe('by 1 of 2');
    expect(readBy(b.owner, b.canary.health())).toBe('by 2 of 2');
    const value = `{"finding":"${a.canary.health()}"}`;
    expect(leaks.marks.isTelling(value)).toBe(true);
    expect(leaks.marks.wrongFor(value, a.id)).toContain('classified');
    expect(leaks.marks.neverInClear.isIn(Buffer.from(value))).toBe(true);
  });

  it('takes a value for a leak where only an id was asked for', () => {
    expect(found(a.owner, b.canary.word(), { method: 'GET', path: `/v1/things/${b.id}` })).toBe(2);
  });

  it('finds values and tokens in what files say from now on, and does not repeat them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-files-'));
    mkdirSync(join(folder, 'logs'));
    mkdirSync(join(folder, 'outbox'));
    const file = join(folder, 'logs', 'data.log');
    writeFileSync(file, `${a.canary.text} was here before\n`);
    writeFileSync(join(folder, 'outbox', '1.txt'), `Dear ${a.person.email}`);
    const logs = new Logs(folder);
    const leaks = new Leaks();
    leaks.protect(a, b);
    const findings = new Findings();
    appendFileSync(file, '{"text":"ready"}\n');
    logs.report(leaks.marks, findings);
    expect(findings.outcomes).toHaveLength(1);
    expect(findings.failed).toEqual([]);
    appendFileSync(
      file,
      `${'{"text":"ready"}\n'.repeat(300_000)}{"text":"said too much","value":"${b.owner.token}"}\n`,
    );
    logs.report(leaks.marks, findings);
    expect(findings.failed).toMatchObject([
      { subject: join('logs', 'data.log'), seen: expect.stringContaining('said too much') },
    ]);
    expect(JSON.stringify(findings.failed)).not.toContain(b.owner.token);
  });

  it('finds in what is kept for a tenant what is another’s, what is classified and what is secret', () => {
    const { marks } = new Leaks();
    marks.protect([a, b]);
    expect(marks.wrongFor(`{"note":"${a.canary.word()}","tenantId":"${a.id}"}`, a.id)).toBeNull();
    expect(marks.wrongFor(`{"note":"${b.canary.word()}"}`, a.id)).toContain(b.id);
    expect(marks.wrongFor(`{"extra":"${a.canary.classified()}"}`, a.id)).toContain('classified');
    expect(marks.wrongFor(`{"extra":"${a.owner.token}"}`, a.id)).toContain('token');
  });

  it('finds on the disk what lies encrypted in tables, across the pieces that it is read in, and tokens; but not what was there before', async () => {
    const root = mkdtempSync(join(tmpdir(), 'tenantry-disk-'));
    mkdirSync(join(root, 'postgres', 'base'), { recursive: true });
    const { marks } = new Leaks();
    marks.protect([a, b]);
    const since = new Date();
    const file = (name: string, text: string): void => writeFileSync(join(root, 'postgres', 'base', name), text);
    const look = async (): Promise<Findings> => {
      const findings = new Findings();
      await readDisk({ root, since }, marks, findings);
      return findings;
    };
    file('1', `${a.canary.word()} ${a.canary.classified()}`);
    file('2', b.canary.sealed());
    const old = new Date(since.getTime() - 60_000);
    utimesSync(join(root, 'postgres', 'base', '2'), old, old);
    const clean = await look();
    expect(clean.failed).toEqual([]);
    expect(clean.outcomes).toMatchObject([{ section: 'controls', seen: join('base', '1') }, { section: 'leaks' }]);
    expect(clean.untried).toMatchObject([{ subject: 'files of nats' }]);
    file('3', `${'.'.repeat(4 * 1024 * 1024 - 5)}${b.canary.sealed()}`);
    expect((await look()).failed).toMatchObject([{ subject: 'files of postgres', seen: join('base', '3') }]);
    file('3', `token ${a.owner.token}`);
    expect((await look()).failed).toMatchObject([{ seen: join('base', '3') }]);
  });

  it('reads traces and metrics as a collector does', async () => {
    const { marks } = new Leaks();
    marks.protect([a, b]);
    await using collector = await Collector.listen(0, marks);
    const send = (kind: string, text: string) =>
      fetch(`${collector.url}/v1/${kind}`, {
        method: 'POST',
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync(text),
      });
    await send('traces', 'nothing to see');
    const findings = new Findings();
    collector.report(findings);
    expect(findings.failed).toEqual([]);
    expect(findings.untried).toMatchObject([{ subject: 'metrics' }]);
    await send('metrics', `\u0001\u0002${a.canary.word()}`);
    collector.report(findings);
    expect(findings.failed).toMatchObject([{ subject: 'metrics', attack: '1 batches read' }]);
  });
});
