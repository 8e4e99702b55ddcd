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
import { USUAL_SECTIONS, Verification, type Scope, type VerifyOptions } from './verification.js';

const NOTE = 'isolation-report.note';

const USAGE = `npm run -s tenantry -- verify [--url u] [--email e] [--state-dir d] [--report d]

Attacks a running system as its tenants, outsiders and thieves could, and prints what held. It makes tenants of its own for that and
takes them away again; it touches nobody else's.

--url          the gateway; by default http://127.0.0.1:$PORT
--email        a super admin of the platform; by default $TENANTRY_ADMIN_EMAIL, else admin@example.com
--state-dir    of an instance on this machine: attacks its bus and its database too, and reads its files, events and audit log
--collector    a port to take traces and metrics at: start the instance with OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:<port> and TRACE_RATIO=1
--base-domain  below which tenants have host names; by default localhost
--only         attacks only operations whose names match this regular expression
--timing       measures also whether an answer's time tells of another tenant's things, by each operation that names things (hours; see --only)
--pairs        of requests that are compared for each of them; by default 2000
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
    const [startedAt, startedMs] = [new Date().toISOString(), performance.now()];
    const scope = { only: new RegExp(given.only), sections: sectionsOf(given.timing) };
    const findings = await run(options, scope);
    const durationMs = Math.round(performance.now() - startedMs);
    const summary = summarise(findings, { url: options.url, version: versionOf(), startedAt, durationMs });
    terminal.print(summary);
    const key = options.instance && readFileSync(options.instance.secrets.auditKeyFile, 'utf8');
    const seal = writeReports(given.report, summary, key);
    if (seal) terminal.line(`The reports are signed; verify them with --check ${given.report} --key ${seal.key}`);
    if (summary.failed > 0) process.exitCode = 1;
  } catch (error) {
    terminal.line(`tenantry: ${explained(error)}`);
    process.exitCode = 1;
  }
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    ...{ url: text, email: text, 'state-dir': text, collector: text, 'base-domain': { ...text, default: 'localhost' } },
    ...{ only: { ...text, default: '' }, report: { ...text, default: '.' }, timing: flag, help: flag },
    ...{ pairs: { ...text, default: '2000' }, check: text, key: text },
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
  return {
    url: given.url ?? `http://127.0.0.1:${environment.PORT ?? '8080'}`,
    email: given.email ?? environment.TENANTRY_ADMIN_EMAIL ?? 'admin@example.com',
    password,
    baseDomain: given['base-domain'],
    instance: stateDir ? await openInstance(services, { ...environment, TENANTRY_STATE_DIR: stateDir }) : null,
    collectorPort: given.collector ? portOf(given.collector) : null,
    freshMs: null,
    pairs: pairsOf(given.pairs),
    say: terminal.say,
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new PlainError(`--collector ${text} is no port`);
  return port;
}

function pairsOf(text: string): number {
  const pairs = Number(text);
  if (!Number.isInteger(pairs) || pairs < 1) throw new PlainError(`--pairs ${text} is no number of pairs`);
  return pairs;
}

function sectionsOf(timing: boolean): readonly Section[] {
  return timing ? [...USUAL_SECTIONS, 'timing'] : USUAL_SECTIONS;
}

/** Prepares, attacks and clears away, whatever comes of it. */
async function run(options: VerifyOptions, scope: Scope): Promise<Findings> {
  const verification = await Verification.prepare(options);
  let findings: Findings | undefined;
  try {
    findings = await verification.attack(scope);
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
