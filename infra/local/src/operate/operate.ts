import { parseArgs } from 'node:util';
import { doctor } from '@tenantry/database';
import { SettingsError, type Environment, type Service } from '@tenantry/service';
import { PlainError } from '../plain-error.js';
import { failedEvents, rebuildEvents, replayEvents } from './events.js';
import { listAnchors } from './list-anchors.js';
import { openInstance, type OpenInstance } from './open-instance.js';
import { rewrapInstance } from './rewrap.js';
import { exportTombstones, replayTombstones } from './tombstones.js';
import { verifyAudit, type VerifyRequest } from './verify-audit.js';
import { verifyErasure } from './verify-erasure.js';
import { verifyReview } from './verify-review.js';

const USAGE = `npm run tenantry -- <command>

on the machine of a running instance:

doctor                                   looks for whatever would let a tenant's rows out
events failed  [--service s]             counts the events that consumers gave up on
events replay  [--service s] [--consumer c]
                                         hands them back, once their cause is gone
events rebuild [--service s]             fills lost streams and buckets again from Postgres
keys rewrap                              wraps every tenant's keys by master.key instead of master.other.key
tombstones export                        prints what was erased, sealed: keep it apart from this machine
tombstones replay [file]…                carries every erasure out again; with files, those that the ledger lost too
audit anchors <tenant id>                prints the heads of its log that the write-once store has, for audit verify
TENANTRY_STATE_DIR, DATABASE_URL and NATS_URL as for npm start.

anywhere, without network or database:
audit verify <export.ndjson> [--checkpoint file]… [--key verifier]… [--witness key]…
                                         shows that an exported audit log is what was signed, and what was kept of it
certificate verify <file> --key verifier
                                         shows that an erasure was done as its certificate says
review verify <file> [items.json]… --key verifier
                                         shows that an access review found and decided what its result says

anywhere a running system is reached:
verify         [--help]                  attacks it and prints what held`;

interface Request extends VerifyRequest {
  readonly services: readonly Service[];
  readonly consumer: string | undefined;
  /** The running instance; a command that needs none does not ask. */
  instance(): Promise<OpenInstance>;
}

type Command = (request: Request) => Promise<readonly string[]>;

const commands: Readonly<Record<string, Command>> = {
  doctor: async ({ instance }) => {
    const findings = await doctor((await instance()).adminUrl);
    if (findings.length > 0) {
      const lines = findings.map(({ check, subject, problem }) => `${subject}: ${problem} (${check})`);
      throw new PlainError(`${findings.length} findings\n${lines.join('\n')}`);
    }
    return ['sound: nothing was found'];
  },
  'events failed': async ({ instance, services }) => {
    const counts = await failedEvents(await instance(), services);
    const lines = counts.map(
      ({ consumer, error, events, oldest }) => `${consumer}: ${events} × ${error}, since ${oldest.toISOString()}`,
    );
    return lines.length > 0 ? lines : ['no consumer gave up on an event'];
  },
  'events replay': async ({ instance, services, consumer }) => [
    `${await replayEvents(await instance(), services, consumer)} events were handed back`,
  ],
  'events rebuild': async ({ instance, services }) => {
    const { made, messages, entries } = await rebuildEvents(await instance(), services);
    return [
      `made: ${made.join(', ') || 'nothing was missing'}`,
      `${messages} messages are sent again; ${entries} directory entries were missing or old`,
    ];
  },
  'keys rewrap': async ({ instance }) => rewrapInstance(await instance()),
  'tombstones export': async ({ instance }) => exportTombstones(await instance()),
  'tombstones replay': async ({ instance, files }) => replayTombstones(await instance(), files),
  'audit anchors': async ({ instance, files }) => listAnchors(await instance(), files),
  'audit verify': verifyAudit,
  'certificate verify': verifyErasure,
  'review verify': verifyReview,
};
/** Commands that take files, or an id, after their name. */
const takeFiles = ['audit anchors', 'audit verify', 'certificate verify', 'review verify', 'tombstones replay'];

/** `tenantry <command>`: what an operator does to a running instance. Sets the exit code; prints one line for a failure. */
export async function operate(
  services: readonly Service[],
  argv: readonly string[],
  environment: Environment,
): Promise<void> {
  try {
    const { positionals, values } = parse(argv);
    const { name, files } = readName(positionals);
    const command = commands[name];
    if (values.help || positionals.length === 0) {
      return console.log(USAGE);
    }
    if (!command) {
      throw new PlainError(`There is no command "${name}". Try: npm run tenantry -- --help`);
    }
    const { consumer, checkpoint: checkpoints, key: keys, witness: witnesses } = values;
    const instance = (): Promise<OpenInstance> => openInstance(services, environment);
    const trusted = { checkpoints, keys, witnesses };
    const request = { services: chosen(services, values.service), consumer, files, ...trusted, instance };
    const lines = await command(request);
    lines.forEach((line) => console.log(line));
  } catch (error) {
    const expected = error instanceof PlainError || error instanceof SettingsError;
    console.error(`tenantry: ${expected ? error.message : explained(error)}`);
    process.exitCode = 1;
  }
}

function readName(positionals: readonly string[]): { name: string; files: readonly string[] } {
  const name = positionals.join(' ');
  const taker = takeFiles.find((prefix) => name === prefix || name.startsWith(`${prefix} `));
  return taker ? { name: taker, files: positionals.slice(taker.split(' ').length) } : { name, files: [] };
}

function parse(argv: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const texts = { ...text, multiple: true, default: [] as string[] } as const;
    const help = { type: 'boolean', default: false } as const;
    const options = { service: text, consumer: text, checkpoint: texts, key: texts, witness: texts, help } as const;
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (error) {
    throw new PlainError(`${(error as Error).message.split('.')[0]}. Try: npm run tenantry -- --help`);
  }
}

/** Those with a database; only they have events. */
function chosen(services: readonly Service[], name: string | undefined): readonly Service[] {
  const able = services.filter(({ migrations }) => migrations);
  const found = name === undefined ? able : able.filter((service) => service.name === name);
  if (name !== undefined && found.length === 0) {
    throw new PlainError(
      `There is no service ${name} with events; there are ${able.map((one) => one.name).join(', ')}`,
    );
  }
  return found;
}

function explained(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return `${message || code || String(error)}; is the instance running?`;
}
