import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@tenantry/kernel';
import type { Caller } from '../client/caller.js';
import { Findings } from '../report/outcome.js';
import { Canary } from '../world/canary.js';
import type { Tenant } from '../world/tenant.js';
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
    return findings.failed.length;
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
    expect(found({ token: 'x', sees: 'everyone' }, word)).toBe(0);
  });

  it('finds values and tokens in what logs say from now on, and does not repeat them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-logs-'));
    const file = join(folder, 'data.log');
    writeFileSync(file, `${a.canary.text} was here before\n`);
    const logs = new Logs(folder);
    const leaks = new Leaks();
    leaks.protect(a, b);
    const findings = new Findings();
    appendFileSync(file, '{"text":"ready"}\n');
    logs.report(leaks.marksOfAll, findings);
    expect(findings.failed).toEqual([]);
    appendFileSync(file, `{"text":"said too much","value":"${b.owner.token}"}\n`);
    logs.report(leaks.marksOfAll, findings);
    expect(findings.failed).toMatchObject([{ subject: 'data.log', seen: expect.stringContaining('said too much') }]);
    expect(JSON.stringify(findings.failed)).not.toContain(b.owner.token);
  });
});
