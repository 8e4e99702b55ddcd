import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { mendOutput } from './mend-output.mjs';

/**
 * Lets Node run this repository's TypeScript as it stands: `./x.js` finds `x.ts`, and swc strips types and applies
 * decorators. With `TENANTRY_FROM_SOURCE=1` the packages resolve to their source too, otherwise to their build.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const options = { ...JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8')), swcrc: false, sourceMaps: 'inline' };
const conditions = process.env.TENANTRY_FROM_SOURCE === '1' ? ['tenantry:source'] : [];
const isOurs = (url) => /^file:.*\.ts(\?|$)/.test(url ?? '') && !url.includes('/node_modules/');

registerHooks({
  resolve(specifier, context, nextResolve) {
    const wider = { ...context, conditions: [...conditions, ...context.conditions] };
    if (isOurs(context.parentURL) && /^\.{1,2}\/.*\.js$/.test(specifier)) {
      try {
        return nextResolve(specifier.replace(/\.js$/, '.ts'), wider);
      } catch {
        // A plain JavaScript file, then.
      }
    }
    return nextResolve(specifier, wider);
  },
  load(url, context, nextLoad) {
    if (!isOurs(url)) {
      return nextLoad(url, context);
    }
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename });
    return { format: 'module', source: mendOutput(code), shortCircuit: true };
  },
});
