import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const bin = join(root, 'node_modules/.bin');
const TIMEOUT_MS = 120_000;

/** What a command says when it refuses, or nothing. */
function complaints(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}` || `exit ${status}`;
}

describe('the contract', () => {
  it(
    'keeps the rules of its style',
    () => {
      expect(complaints(join(bin, 'buf'), 'lint', 'proto')).toBe('');
    },
    TIMEOUT_MS,
  );

  it(
    'breaks no client of the released one',
    () => {
      expect(complaints(join(bin, 'buf'), 'breaking', 'proto', '--against', 'libs/contracts/image.binpb')).toBe('');
    },
    TIMEOUT_MS,
  );
});
