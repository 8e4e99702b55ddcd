import { readFileSync } from 'node:fs';
import { newId } from '@tenantry/kernel';
import { LedgerStream } from '@tenantry/messaging';
import { Ledger, readMasterKey, type Service } from '@tenantry/service';
import { PlainError } from '../plain-error.js';
import type { OpenInstance } from './open-instance.js';

const ENTRIES_A_READ = 200;

/** A line of an exported ledger; `entry` is sealed under the instance's master key. */
interface ExportedEntry {
  readonly service: string;
  readonly id: string;
  readonly entry: string;
}

/** Every entry of the instance's ledgers, as lines of JSON to be kept apart from the machine. */
export async function exportTombstones(instance: OpenInstance): Promise<readonly string[]> {
  return withLedgers(instance, async (service, stream) => {
    const entries: string[] = [];
    for await (const { id, text } of entriesOf(stream)) {
      entries.push(JSON.stringify({ service: service.name, id, entry: text } satisfies ExportedEntry));
    }
    return entries;
  });
}

/**
 * Gives the ledgers back what an exported file has and they do not, and has every erasure carried out again in the database as it is. The running services do so within seconds.
 * @throws PlainError for a file that is none, or of another instance
 */
export async function replayTombstones(instance: OpenInstance, files: readonly string[]): Promise<readonly string[]> {
  const exported = files.flatMap(readExport);
  return withLedgers(instance, async (service, stream, ledger) => {
    const known = new Set<string>();
    for await (const { id } of entriesOf(stream)) known.add(id);
    const missing = exported.filter((one) => one.service === service.name && !known.has(one.id));
    missing.forEach(({ id, entry }) => assertOurs(ledger, id, entry));
    for (const { id, entry } of missing) await stream.appendCopy(id, entry);
    await ledger.append(newId(), { kind: 'again', at: new Date().toISOString() });
    return [
      `${missing.length} entries were missing in the ledger of ${service.name}, which has ${known.size + missing.length} now; each is carried out again`,
    ];
  });
}

/** Seals every entry by the instance's master key instead of the other one. @returns how many */
export async function resealLedgers(instance: OpenInstance): Promise<number> {
  const counts = await withLedgers(instance, async (_service, stream, ledger) => {
    const { last } = await stream.range();
    let resealed = 0;
    for await (const { sequence, id, text } of entriesOf(stream)) {
      if (sequence > last) break;
      await stream.appendCopy(id, ledger.seal(id, ledger.open(id, text)));
      resealed += 1;
    }
    if (resealed > 0) await stream.forgetUpTo(last);
    return [resealed];
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

async function* entriesOf(stream: LedgerStream): AsyncGenerator<{ sequence: number; id: string; text: string }> {
  const { first, last } = await stream.range();
  for (let from = first; from <= last; from += ENTRIES_A_READ) {
    yield* await stream.read(from, Math.min(last, from + ENTRIES_A_READ - 1));
  }
}

async function withLedgers<T>(
  instance: OpenInstance,
  work: (service: Service, stream: LedgerStream, ledger: Ledger) => Promise<readonly T[]>,
): Promise<T[]> {
  const { masterKey, otherMasterKeyFile: other } = instance.secrets;
  const keys = other ? [masterKey, readMasterKey(other, 'MASTER_KEY_OTHER_FILE')] : [masterKey];
  const bus = await instance.bus();
  try {
    const results: T[] = [];
    for (const service of instance.services.filter(({ ledger }) => ledger)) {
      const stream = new LedgerStream(bus, service.name);
      results.push(...(await work(service, stream, new Ledger(stream, service.name, keys))));
    }
    return results;
  } finally {
    await bus.drain();
  }
}

function readExport(file: string): ExportedEntry[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line, index) => {
    const entry = parse(line);
    if (!entry) throw new PlainError(`Line ${index + 1} of ${file} is no entry of an exported ledger`);
    return entry;
  });
}

function parse(line: string): ExportedEntry | undefined {
  try {
    const { service, id, entry } = JSON.parse(line) as Partial<ExportedEntry>;
    return typeof service === 'string' && typeof id === 'string' && typeof entry === 'string'
      ? { service, id, entry }
      : undefined;
  } catch {
    return undefined;
  }
}

function assertOurs(ledger: Ledger, id: string, entry: string): void {
  try {
    ledger.open(id, entry);
  } catch (cause) {
    throw new PlainError(`Entry ${id} was sealed under another master key: the file is another instance's`, { cause });
  }
}
