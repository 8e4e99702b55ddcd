import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { root } from './install.mjs';
import { mendOutput } from './mend-output.mjs';

const swcrc = readFileSync(join(root, '.swcrc'), 'utf8');
/** What files are compiled again for when it changes. */
const compiler = swcrc + readFileSync(join(import.meta.dirname, 'mend-output.mjs'), 'utf8');
const IN_PARALLEL = 8;
/** Pages are for browsers: Vite bundles them. */
const pages = join(root, 'services', 'console');

/**
 * Compiles every package's `src` to `dist`, and `scripts/*.ts` to `scripts/dist`: only files whose content changed
 * since the last time, so an unchanged tree costs a few milliseconds.
 * @returns the number of files compiled
 */
export async function build() {
  const jobs = sourceFolders().flatMap(staleFiles);
  if (jobs.length > 0) {
    const { transform } = await import('@swc/core');
    const queue = jobs.values();
    await Promise.all(Array.from({ length: IN_PARALLEL }, () => compileAll(queue, transform)));
  }
  await buildPages();
  return jobs.length;
}

/** Bundles the pages when one of their sources has changed, in a process of its own: what it needs is not kept. */
async function buildPages() {
  const sources = ['src', '.'].flatMap((folder) =>
    readdirSync(join(pages, folder), { recursive: folder === 'src', withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  const hash = createHash('sha256');
  for (const source of sources.sort()) hash.update(relative(pages, source)).update(readFileSync(source));
  const stamp = hash.digest('base64url');
  const built = join(pages, 'dist', '.stamp');
  if (existsSync(built) && readFileSync(built, 'utf8') === stamp) return;
  await promisify(execFile)(process.execPath, [join(pages, 'build.mjs'), stamp]).catch(({ stderr, message }) => {
    throw new Error(`the console does not build: ${stderr || message}`);
  });
}

function sourceFolders() {
  const packages = ['libs', 'services', 'infra']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .filter((folder) => folder !== pages);
  return [
    ...packages.map((folder) => ({ from: join(folder, 'src'), to: join(folder, 'dist'), deep: true })),
    { from: join(root, 'scripts'), to: join(root, 'scripts', 'dist'), deep: false },
  ].filter(({ from }) => existsSync(from));
}

function staleFiles({ from, to, deep }) {
  const built = existsSync(to) ? readdirSync(to, { recursive: true }) : [];
  const sources = readdirSync(from, { recursive: deep }).filter(
    (name) => name.endsWith('.ts') && !/\.(spec|fixture|d)\.ts$/.test(name),
  );
  for (const name of built) {
    if (name.endsWith('.js') && !sources.includes(name.replace(/\.js$/, '.ts'))) {
      rmSync(join(to, name));
      rmSync(join(to, `${name}.map`), { force: true });
    }
  }
  return sources.flatMap((name) => {
    const source = readFileSync(join(from, name), 'utf8');
    const hash = createHash('sha256').update(compiler).update(source).digest('base64url');
    const target = join(to, name.replace(/\.ts$/, '.js'));
    return existsSync(target) && readFileSync(target, 'utf8').endsWith(`//# hash=${hash}\n`)
      ? []
      : [{ filename: join(from, name), source, target, hash }];
  });
}

async function compileAll(queue, transform) {
  for (const { filename, source, target, hash } of queue) {
    const options = {
      ...JSON.parse(swcrc),
      swcrc: false,
      filename,
      sourceFileName: relative(dirname(target), filename),
    };
    const { code, map } = await transform(source, options);
    mkdirSync(dirname(target), { recursive: true });
    replaceFile(`${target}.map`, map);
    replaceFile(target, `${mendOutput(code)}\n//# sourceMappingURL=${basename(target)}.map\n//# hash=${hash}\n`);
  }
}

/** In one step, so that two builds of the same tree can run side by side. */
function replaceFile(path, content) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

if (import.meta.filename === process.argv[1]) {
  console.log(`compiled ${await build()} files`);
}
