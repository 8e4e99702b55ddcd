import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, fail, node, root } from './install.mjs';

/**
 * `npm test` runs every check there is, static ones first, and ends with one line: `N passed, N failed`, in which a
 * static check counts like a test. `--check` leaves the tests out; other arguments go to Jest.
 */
ensureInstalled();
const { build } = await import('./build.mjs');
await build().catch((error) => fail(`the sources do not compile: ${error.message}`));

const bin = (name) => join(root, 'node_modules', name);
const FIRST = {
  projects: [bin('nx/dist/bin/nx.js'), 'graph', '--file=.nx/graph.json'], // the boundaries that lint enforces
};
const THEN = {
  lint: [bin('eslint/bin/eslint.js'), '.', '--max-warnings=0'], // the longest first: two run at a time
  promises: [bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'], // the rules that need types
  generated: [join('scripts', 'run.mjs'), join('scripts', 'generate.ts'), '--check'],
  types: [bin('typescript7/bin/tsc'), '-p', 'tsconfig.json'],
  pages: [bin('typescript7/bin/tsc'), '-p', 'services/console/tsconfig.json'],
  format: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
  unused: [bin('knip/bin/knip.js')],
};
const AT_A_TIME = 2;
/** The longest suite takes some three minutes, and half as long again on a slower machine. */
const SILENT_AT_MOST_MS = 420_000;
const arguments_ = process.argv.slice(2);
const onlyChecks = arguments_.includes('--check');
const total = { passed: 0, failed: 0 };

await runChecks(Object.entries(FIRST).values());
const queue = Object.entries(THEN).values();
await Promise.all(Array.from({ length: AT_A_TIME }, () => runChecks(queue)));
if (!onlyChecks) {
  const { passed, failed } = await runJest(arguments_);
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

/** Takes one check after the other from a queue that others take from too. */
async function runChecks(queue) {
  for (const [name, command] of queue) {
    const startMs = performance.now();
    const { ok, output } = await run(command);
    total[ok ? 'passed' : 'failed'] += 1;
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    console.log(`${ok ? '✓' : '✗'} ${name} (${seconds} s)${ok ? '' : `\n${output}`}`);
  }
}

/** Runs a program on our Node; its output is kept for the case that it fails. */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(node, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** Counts tests; a suite that can't even be loaded, or a run that ends without a result, counts as a failure. */
async function runJest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-jest-'));
  const results = join(folder, 'results.json');
  const jest = ['--enable-source-maps', '--import', './scripts/typescript.mjs', bin('jest/bin/jest.js')];
  const child = spawn(node, [...jest, '--json', `--outputFile=${results}`, ...args], {
    cwd: root,
    env: { ...process.env, TENANTRY_FROM_SOURCE: '1' },
    stdio: ['ignore', 'ignore', 'pipe'], // its report goes to the error output, the JSON to the file
  });
  const code = await reported(child);
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(results, 'utf8'));
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: code === 0 ? failed : Math.max(failed, 1) };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Passes on what a run reports; one that falls silent hangs, and is ended. */
function reported(child) {
  const end = () => {
    console.log(`no suite came to an end in ${SILENT_AT_MOST_MS / 1000} s: one that is not listed above hangs`);
    child.kill();
  };
  let silence = setTimeout(end, SILENT_AT_MOST_MS);
  child.stderr.on('data', (chunk) => {
    process.stderr.write(chunk);
    clearTimeout(silence);
    silence = setTimeout(end, SILENT_AT_MOST_MS);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(silence);
      resolve(code);
    });
  });
}
