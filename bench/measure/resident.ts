import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parentPid: number;
  readonly residentKib: number;
}

function processOf(pid: string): Process[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const fact = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return [{ pid: Number(pid), parentPid: fact('PPid'), residentKib: fact('VmRSS') }];
  } catch {
    return []; // it ended meanwhile
  }
}

/** Resident memory of a process and of all that it started, in MiB. Linux only. */
export function residentMib(root: number): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(processOf);
  const family = new Set([root]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const { pid, parentPid } of processes) if (family.has(parentPid)) family.add(pid);
  }
  const kib = processes.filter(({ pid }) => family.has(pid)).reduce((sum, { residentKib }) => sum + residentKib, 0);
  return kib / 1_024;
}
