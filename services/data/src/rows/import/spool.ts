import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '@tenantry/kernel';

const CIPHER = 'aes-256-ctr';
const CHUNK_BYTES = 256 * 1024;

/**
 * A stream kept on disk until it has arrived whole, so that no transaction is open at the sender's speed. The file has no
 * name and is encrypted with a key that exists in this process only: nobody finds anything in it, now or later.
 */
export class Spool {
  readonly #file: FileHandle;
  readonly #key = randomBytes(32);
  readonly #iv = randomBytes(16);
  #bytes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @throws Fault `body-too-large` */
  static async fill(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Spool> {
    const directory = await mkdtemp(join(tmpdir(), 'tenantry-import-'));
    const file = await open(join(directory, 'rows'), 'wx+', 0o600);
    await rm(directory, { recursive: true });
    const spool = new Spool(file);
    try {
      await spool.#take(source, maxBytes);
      return spool;
    } catch (error) {
      await spool.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What was put in, from the start; can be read again. */
  async *read(): AsyncGenerator<Buffer> {
    const decipher = createDecipheriv(CIPHER, this.#key, this.#iv);
    for (let position = 0; position < this.#bytes;) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
      if (bytesRead === 0) {
        throw new Error('the spool is shorter than what was written to it');
      }
      position += bytesRead;
      yield decipher.update(buffer.subarray(0, bytesRead));
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #take(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<void> {
    const cipher = createCipheriv(CIPHER, this.#key, this.#iv);
    for await (const chunk of source) {
      if (this.#bytes + chunk.length > maxBytes) {
        throw new Fault('body-too-large', { detail: `An import has at most ${maxBytes} bytes` });
      }
      await this.#file.write(cipher.update(chunk), 0, chunk.length, this.#bytes);
      this.#bytes += chunk.length;
    }
  }
}
