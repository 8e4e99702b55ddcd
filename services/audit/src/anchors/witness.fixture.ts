import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  cosignatureOf,
  cosignedText,
  isSignedBy,
  parseCheckpoint,
  parseVerifier,
  parseWitness,
  printCosignature,
  printWitness,
  publicKeyOf,
  sameHash,
  verifyConsistency,
  type NoteVerifier,
  type SignedCheckpoint,
} from '@tenantry/audit-proofs';

/** A witness as C2SP tlog-witness describes it, on loopback: what it has seen of each log it signs, and nothing that does not follow from it. */
export class TestWitness {
  sizes: number[] = [];
  readonly #name = 'witness.example/w1';
  readonly #published = generateKeyPairSync('ed25519').privateKey;
  #signing: KeyObject = this.#published;
  #trusted = new Map<string, NoteVerifier>();
  #seen = new Map<string, SignedCheckpoint>();
  #answer: { status: number; body: string } | null = null;
  #server: Server | null = null;

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}/w`;
  }

  get key(): string {
    return printWitness({ name: this.#name, publicKey: publicKeyOf(this.#published) });
  }

  /** Knows a log by its key, and is what it says it is again. */
  trust(key: string): void {
    const log = parseVerifier(key);
    this.#trusted.set(log.name, log);
    this.#answer = null;
    this.#signing = this.#published;
    this.sizes = [];
  }

  forget(): void {
    this.#trusted.clear();
  }

  answerWith(status: number, body: string): void {
    this.#answer = { status, body };
  }

  useAnotherKey(): void {
    this.#signing = generateKeyPairSync('ed25519').privateKey;
  }

  saw(note: string): boolean {
    return cosignatureOf(note, parseWitness(this.key)) !== null;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { status, body: answer } = this.#answer ?? this.#addCheckpoint(request.url ?? '', body);
    response.writeHead(status, { location: '/elsewhere' }).end(answer);
  }

  #addCheckpoint(path: string, body: string): { status: number; body: string } {
    if (path !== '/w/add-checkpoint') return { status: 400, body: path };
    const end = body.indexOf('\n\n');
    const [oldLine, ...proof] = body.slice(0, end).split('\n');
    const checkpoint = parseCheckpoint(body.slice(end + 2));
    const log = this.#trusted.get(checkpoint.origin);
    if (!log) return { status: 404, body: '' };
    if (!isSignedBy(checkpoint.note, log)) return { status: 403, body: '' };
    const last = this.#seen.get(checkpoint.origin);
    const size = last?.size ?? 0;
    if (oldLine !== `old ${size}`) return { status: 409, body: `${size}\n` };
    const hashes = proof.map((line) => new Uint8Array(Buffer.from(line, 'base64')));
    if (last && !follows(last, checkpoint, hashes)) return { status: 422, body: '' };
    return { status: 200, body: this.#cosign(checkpoint) };
  }

  #cosign(checkpoint: SignedCheckpoint): string {
    this.#seen.set(checkpoint.origin, checkpoint);
    this.sizes.push(checkpoint.size);
    const atS = BigInt(Math.trunc(Date.now() / 1_000));
    const witness = { name: this.#name, publicKey: publicKeyOf(this.#signing) };
    return printCosignature(
      witness,
      atS,
      sign(null, Buffer.from(cosignedText(checkpoint.note.text, atS)), this.#signing),
    );
  }
}

function follows(last: SignedCheckpoint, now: SignedCheckpoint, proof: readonly Uint8Array[]): boolean {
  if (last.size === now.size) return sameHash(last.root, now.root);
  return verifyConsistency({ from: last.size, to: now.size, fromRoot: last.root, toRoot: now.root }, proof);
}
