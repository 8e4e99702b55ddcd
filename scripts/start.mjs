import { spawn } from 'node:child_process';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, fail, node, root } from './install.mjs';

/** `npm start`: installs, builds, then hands over to the built program on the Node version that Tenantry brings. */
const OLDEST_NODE = 20;
const OWN_NODE = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < OLDEST_NODE) {
  fail(`Node.js ${OLDEST_NODE} or newer is needed, this is ${process.versions.node}`);
}
ensureInstalled();
const { build } = await import('./build.mjs'); // needs what was just installed
await build().catch((error) => fail(`the sources do not compile: ${error.message.split('\n')[0]}`));

const program = join(root, 'scripts', 'dist', 'start.js');
process.env.NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'tenantry'); // also for the services of --split
if (major >= OWN_NODE) {
  nodeModule.setSourceMapsSupport(true, { nodeModules: false }); // maps of libraries would stay in memory
  nodeModule.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import(pathToFileURL(program).href);
} else {
  const options = [...process.execArgv, '--enable-source-maps'];
  const child = spawn(node, [...options, program, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child from the terminal; what is sent to us alone is handed on.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('exit', (code) => process.exit(code ?? 1));
}
