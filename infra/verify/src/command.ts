import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openInstance, PlainError } from '@tenantry/local';
import type { Environment, Service } from '@tenantry/service';
import { printHtml } from './report/html.js';
import { printJunit } from './report/junit.js';
import type { Findings, Section } from './report/outcome.js';
import { checkReports, sealReports, type Seal } from './report/seal.js';
import { summarise, type Summary } from './report/summary.js';
import { Terminal } from './report/terminal.js';
import { Journal } from './timing/journal.js';
import type { TimingOptions } from './timing/measure-times.js';
import { USUAL_SECTIONS, Verification, type Scope, type VerifyOptions } from './verification.js';

const NOTE = 'isolation-report.note';
const TIMES = 'isolation-times.jsonl';
const A_MINUTE_MS = 60_000;
const SECTIONS: readonly Section[] = [...USUAL_SECTIONS, 'timing'];

const USAGE = `npm run -s tenantry -- verify [--url u] [--email e] [--state-dir d] [--report d]

Attacks a running system as its tenants, outsiders and thieves could, and prints what held. It makes tenants of its own for that and
takes them away again; it touches nobody else's.

--url          the gateway; by default http://127.0.0.1:$PORT
--email        a super admin of the platform; by default $TENANTRY_ADMIN_EMAIL, else admin@example.com
--state-dir    of an instance on this machine: attacks its bus and its database too, and reads its files, events and audit log
--collector    a port to take traces and metrics at: start the instance with OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:<port> and TRACE_RATIO=1
--base-domain  below which tenants have host names; by default localhost
--only         attacks only operations whose names match this regular expression
--sections     of http, sql, bus, pool, answers, leaks and timing only these, with commas between; by default all but timing, and the
               reports say what was left out
--timing       measures also whether an answer's time tells of another tenant's things, by each operation that names things; what is
               measured is noted in the report folder (isolation-times.jsonl)
--pairs        of requests that are compared for each of them at most; by default 2000. It stops earlier when it is sure
--budget       minutes after which no other operation is begun
--resume       goes on with what was measured before at this system, by this version
--report       where isolation-report.{json,html,xml} are written; by default the current directory. With --state-dir they are signed
               (isolation-report.note) with the key that signs the instance's audit log
--check        a folder with reports: verifies them by --key and attacks nothing
--key          the verifier key that a signed report was announced with

The password is taken from TENANTRY_ADMIN_PASSWORD.`;

/** `tenantry verify`: sets the exit code to 1 when anything did not hold; one line for what kept it from running. */
export async function verifyCommand(
  services: readonly Service[],
  argv: readonly string[],
  environment: Environment,
  out: NodeJS.WriteStream = process.stdout,
): Promise<void> {
  const terminal = new Terminal(out);
  try {
    const given = parse(argv);
    if (given.help) return terminal.line(USAGE);
    if (given.check !== undefined) return check(given.check, given.key, terminal);
    const options = await optionsOf(services, given, environment, terminal);
    const startedAt = new Date();
    const findings = await run(options, { only: new RegExp(given.only), sections: sectionsOf(given) });
    conclude(findings, { options, startedAt, report: given.report, terminal });
  } catch (error) {
    terminal.line(`tenantry: ${explained(error)}`);
    process.exitCode = 1;
  }
}

/** What a run was made with, and where it is told of. */
interface Conclusion {
  readonly options: Pick<VerifyOptions, 'url' | 'instance'>;
  readonly startedAt: Date;
  /** The folder for its reports. */
  readonly report: string;
  readonly terminal: Terminal;
}

/** Tells what a run found: prints it, writes the reports, signs them where there is a key, and sets the exit code when anything did not hold. */
export function conclude(findings: Findings, { options, startedAt, report, terminal }: Conclusion): void {
  const durationMs = Date.now() - startedAt.getTime();
  const facts = { url: options.url, version: versionOf(), startedAt: startedAt.toISOString(), durationMs };
  const summary = summarise(findings, facts);
  terminal.print(summary);
  const key = options.instance && readFileSync(options.instance.secrets.auditKeyFile, 'utf8');
  const seal = writeReports(report, summary, key);
  if (seal) terminal.line(`The reports are signed; verify them with --check ${report} --key ${seal.key}`);
  if (summary.failed > 0) process.exitCode = 1;
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    ...{ url: text, email: text, 'state-dir': text, collector: text, 'base-domain': { ...text, default: 'localhost' } },
    ...{ only: { ...text, default: '' }, report: { ...text, default: '.' }, timing: flag, help: flag },
    ...{ sections: { ...text, default: USUAL_SECTIONS.join(',') }, pairs: { ...text, default: '2000' } },
    ...{ budget: text, resume: flag, check: text, key: text },
  };
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new PlainError(`${(error as Error).message.split('.')[0]}. Try: npm run -s tenantry -- verify --help`);
  }
}

async function optionsOf(
  services: readonly Service[],
  given: ReturnType<typeof parse>,
  environment: Environment,
  terminal: Terminal,
): Promise<VerifyOptions> {
  const password = environment.TENANTRY_ADMIN_PASSWORD;
  if (!password) throw new PlainError('Set TENANTRY_ADMIN_PASSWORD to the password of the super admin');
  const stateDir = given['state-dir'];
  const url = given.url ?? `http://127.0.0.1:${environment.PORT ?? '8080'}`;
  return {
    url,
    email: given.email ?? environment.TENANTRY_ADMIN_EMAIL ?? 'admin@example.com',
    password,
    baseDomain: given['base-domain'],
    instance: stateDir ? await openInstance(services, { ...environment, TENANTRY_STATE_DIR: stateDir }) : null,
    collectorPort: given.collector ? portOf(given.collector) : null,
    freshMs: null,
    timing: timingOf(given, url),
    say: terminal.say,
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new PlainError(`--collector ${text} is no port`);
  return port;
}

function timingOf(given: ReturnType<typeof parse>, url: string): TimingOptions {
  const { pairs, budget, resume, report } = given;
  const isMeasured = sectionsOf(given).includes('timing');
  const system = { url, version: versionOf() };
  return {
    pairs: countOf('pairs', pairs),
    budgetMs: budget === undefined ? null : countOf('budget', budget) * A_MINUTE_MS,
    journal: isMeasured ? Journal.open(join(report, TIMES), system, { goesOn: resume }) : null,
  };
}

function countOf(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new PlainError(`--${option} ${text} is no number above zero`);
  return count;
}

function sectionsOf({ sections, timing }: { sections: string; timing: boolean }): readonly Section[] {
  const named = [...sections.split(','), ...(timing ? ['timing'] : [])];
  const unknown = named.find((name) => !SECTIONS.some((section) => section === name));
  if (unknown !== undefined) throw new PlainError(`--sections ${unknown} is none of ${SECTIONS.join(', ')}`);
  return SECTIONS.filter((section) => named.includes(section));
}

/** Prepares, attacks and clears away, whatever comes of it. */
async function run(options: VerifyOptions, scope: Scope): Promise<Findings> {
  const verification = await Verification.prepare(options);
  let findings: Findings | undefined;
  try {
    findings = await verification.attack(scope);
    for (const section of USUAL_SECTIONS.filter((one) => !scope.sections.includes(one)))
      findings.leaveOut({ section, subject: 'everything', reason: 'was not asked for (--sections)' });
    return findings;
  } finally {
    const left = await verification.close();
    left.forEach((reason) => findings?.leaveOut({ section: 'controls', subject: 'clearing away', reason }));
  }
}

function versionOf(): string {
  const { resolve } = createRequire(import.meta.url);
  const manifest = resolve('@tenantry/verify/package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** Without the instance's key they are not signed. */
function writeReports(folder: string, summary: Summary, privateKeyPem: string | null): Seal | null {
  const reports = new Map([
    ['isolation-report.json', `${JSON.stringify(summary, null, 2)}\n`],
    ['isolation-report.html', printHtml(summary)],
    ['isolation-report.xml', printJunit(summary)],
  ]);
  const seal = privateKeyPem === null ? null : sealReports(reports, privateKeyPem);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of [...reports, ...(seal ? [[NOTE, seal.note] as const] : [])]) {
    // What was seen may be an answer that nobody should have had.
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
  return seal;
}

/** @throws PlainError when a report is not as it was signed */
function check(folder: string, key: string | undefined, terminal: Terminal): void {
  if (key === undefined) throw new PlainError('Give --key: the verifier key that the report was announced with');
  const names = checkReports(readFileSync(join(folder, NOTE), 'utf8'), key, (name) => readFileSync(join(folder, name)));
  terminal.line(`As they were signed: ${names.join(', ')}`);
}

/** One line; a refused connection has a code and no message. */
function explained(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
