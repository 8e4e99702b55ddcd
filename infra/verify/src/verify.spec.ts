import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '@tenantry/contracts';
import { openInstance } from '@tenantry/local';
import { services } from '../../../scripts/services.js';
import { conclude, verifyCommand } from './command.js';
import { mutantsOf } from './mutants.fixture.js';
import { openGround, type ProvingGround } from './proving-ground.fixture.js';
import type { Findings } from './report/outcome.js';
import { Terminal } from './report/terminal.js';
import { USUAL_SECTIONS } from './verification.js';

const gateway = services.find(({ name }) => name === 'gateway')!;
/** One of each sort; `npm run verify:mutants` plants them all. */
const planted = [
  'gateway without IpPolicy',
  'nobody asks for the permission',
  'who is known elsewhere is told sooner than who is not',
  'services that do not look at standing',
  'a policy that shows every API key',
  'product rows without row-level security',
  'row-level security that is not forced',
  "a tenant's role that the data service inherits",
  'a function of one service that reads with a superuser’s rights',
  'a view that shows what its owner sees',
];

/** Of what takes seconds. */
const A_TOKENS_LIFE_MS = 200;
/** Of something that no catalogue tells but by its name. */
const NEEDS_NAMING = [
  'is to be asked about any tenant: it tells its status, and nothing else',
  'is how the registry says who may write',
];

/** What is said, and where to say it. */
function listener(): { readonly said: string[]; readonly out: NodeJS.WriteStream } {
  const said: string[] = [];
  return { said, out: { write: (text: string) => said.push(text) } as unknown as NodeJS.WriteStream };
}

describe('tenantry verify', () => {
  let ground: ProvingGround;
  let everything: Promise<Findings> | undefined;

  /** The whole attack, once for all who look at what it found. */
  const attackEverything = (): Promise<Findings> =>
    (everything ??= ground.verification.attack({ only: /^/, sections: USUAL_SECTIONS }));

  beforeAll(async () => {
    ground = await openGround(services);
  });
  afterAll(() => ground?.[Symbol.asyncDispose]());

  it('finds that everything holds, with a control for every operation', async () => {
    const findings = await attackEverything();
    expect(findings.failed).toEqual([]);
    // Metrics come once a minute, perhaps not yet.
    const untried = findings.untried.filter(({ subject }) => subject !== 'metrics');
    const reasons = [...new Set(untried.map(({ reason }) => reason))].sort();
    expect(reasons).toEqual(
      [...NEEDS_NAMING, 'its address names a thing of one tenant', 'its pages need a history'].sort(),
    );
    const controlled = findings.outcomes.filter(({ section }) => section === 'controls').map(({ subject }) => subject);
    const missing = operations
      .filter(({ http }) => http !== null)
      .filter(({ name }) => !controlled.some((subject) => subject === name || subject.startsWith(`${name} (`)));
    expect(missing).toEqual([]);
  });

  it.each(mutantsOf(gateway).filter(({ name }) => planted.includes(name)))('finds $name', async (mutant) => {
    const close = await mutant.plant(ground);
    const { failed } = await ground.verification.attack(mutant).finally(close);
    expect(failed.map(({ attack }) => attack)).toContainEqual(expect.stringMatching(mutant.by ?? /./));
  });

  it('signs in again, and throws out again, whoever is to stay signed in or thrown out for longer than a token lives', async () => {
    await using verification = await ground.prepare(A_TOKENS_LIFE_MS);
    const only = /^(GetMe|GetMyTenant|ListApiKeys|ListTenants|ListMembers|CreateApiKey)$/;
    const { failed, outcomes } = await verification.attack({ only, sections: ['http'] });
    expect(failed).toEqual([]);
    const tried = new Set(outcomes.map(({ attack }) => attack));
    const thrownOut = ['edited token', 'revoked session', 'removed member', 'member with a lesser role'];
    expect([...tried]).toEqual(expect.arrayContaining([...thrownOut, 'suspended tenant', 'former staff']));
  });

  it('prints a table, writes the reports and exits with 1 when something did not hold', async () => {
    const { plant } = mutantsOf(gateway).find(({ name }) => name === 'gateway without IpPolicy')!;
    const report = join(ground.stateDir, 'report');
    const { said, out } = listener();
    const close = await plant(ground);
    const argv = ['--only', '^GetMyTenant$', '--sections', 'http,sql', '--report', report, '--url', ground.url];
    await verifyCommand(services, argv, ground.environment, out).finally(close);
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    expect(said.join('')).toContain('FAILED GetMyTenant (pool): key from another network');
    expect(said.join('')).toContain('not tried: sql, everything: needs what the state directory holds');
    expect(said.join('')).toContain('not tried: pool, everything: was not asked for');
    const [text, html, xml] = ['json', 'html', 'xml'].map((kind) => {
      return readFileSync(join(report, `isolation-report.${kind}`), 'utf8');
    });
    expect(JSON.parse(text!)).toMatchObject({ url: ground.url, failed: 2 });
    expect(html).toContain('2 did not hold');
    expect(html).toContain('can name any tenant on that service');
    expect(xml).toContain('failures="2"');
  });

  it('signs its reports with the key of the audit log, and says so when one was changed', async () => {
    const report = join(ground.stateDir, 'signed');
    const { said, out } = listener();
    const options = { url: ground.url, instance: await openInstance(services, ground.environment) };
    conclude(await attackEverything(), { options, startedAt: new Date(), report, terminal: new Terminal(out) });
    expect(process.exitCode).toBeUndefined();
    const [, key = ''] = /--key (\S+)/.exec(said.join('')) ?? [];
    await verifyCommand(services, ['--check', report, '--key', key], ground.environment, out);
    expect(said.at(-1)).toContain('As they were signed: isolation-report.json');
    appendFileSync(join(report, 'isolation-report.html'), '<p>More</p>');
    await verifyCommand(services, ['--check', report, '--key', key], ground.environment, out);
    expect(said.at(-1)).toContain('isolation-report.html was changed');
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
  });
});
