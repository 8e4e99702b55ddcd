import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SERVICE_NODE_OPTIONS } from './node-options.js';

describe('what Node is told when a service has a process of its own', () => {
  it('is the same in the container image', () => {
    const dockerfile = readFileSync(new URL('../../../docker/Dockerfile', import.meta.url), 'utf8');
    const [, entrypoint] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)!;
    expect(JSON.parse(entrypoint!)).toEqual(['node', ...SERVICE_NODE_OPTIONS, '--no-warnings']);
  });

  it('is known to Node, and bounds what young objects take, not what a service may need', () => {
    const program = `const { heap_size_limit: limit } = require('node:v8').getHeapStatistics(); console.log(limit > 1e9)`;
    const answer = execFileSync(process.execPath, [...SERVICE_NODE_OPTIONS, '-e', program], { encoding: 'utf8' });
    expect(answer.trim()).toBe('true');
  });
});
