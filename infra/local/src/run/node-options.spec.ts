import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SERVICE_NODE_OPTIONS } from './node-options.js';

describe('what Node is told that runs services', () => {
  it('is the same in the container image', () => {
    const dockerfile = readFileSync(new URL('../../../docker/Dockerfile', import.meta.url), 'utf8');
    const [, entrypoint] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)!;
    expect(JSON.parse(entrypoint!)).toEqual(['node', ...SERVICE_NODE_OPTIONS, '--no-warnings']);
  });

  it('is the same for all services in one, but for source maps, which the program asks for itself', () => {
    const manifest = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
    const { scripts } = JSON.parse(manifest) as { scripts: { start: string } };
    const [maps, ...memory] = SERVICE_NODE_OPTIONS;
    expect(maps).toBe('--enable-source-maps');
    expect(scripts.start).toBe(['node', ...memory, 'scripts/start.mjs'].join(' '));
  });

  it('is known to Node, and bounds what young objects take, not what a service may need', () => {
    const program = `const { heap_size_limit: limit } = require('node:v8').getHeapStatistics(); console.log(limit > 1e9)`;
    const answer = execFileSync(process.execPath, [...SERVICE_NODE_OPTIONS, '-e', program], { encoding: 'utf8' });
    expect(answer.trim()).toBe('true');
  });
});
