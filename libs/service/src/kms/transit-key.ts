import { setTimeout as pause } from 'node:timers/promises';
import { KeyEncryption } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { OutboundError } from '../outbound/outbound-error.js';
import type { OutboundHttp, OutboundResponse } from '../outbound/outbound-http.js';

/** Where a transit engine is, and by which of its keys it wraps. */
export interface TransitPlace {
  readonly url: string;
  readonly mount: string;
  readonly key: string;
  /** The token, read anew for each call: whoever renews it replaces the file. */
  readonly token: () => string;
}

interface Answer {
  readonly data?: { readonly ciphertext?: string; readonly plaintext?: string; readonly latest_version?: number };
  readonly errors?: readonly string[];
}

const TIMEOUT_MS = 5_000;
const MAX_TRIES = 3;
const PAUSE_MS = 200;
/** What Vault's transit engine wraps, in its own spelling: `vault:v<version>:<base64>`. */
const WRAPPED = /^vault:v([1-9]\d{0,8}):/;

/**
 * HashiCorp Vault's transit engine (and whatever speaks its API, e.g. OpenBao): the key never leaves it. The place is the associated
 * data, so a wrapped key that was moved elsewhere does not open.
 */
export class TransitKey extends KeyEncryption {
  constructor(
    private readonly http: Pick<OutboundHttp, 'request'>,
    private readonly place: TransitPlace,
  ) {
    super();
  }

  override async wrap(key: Uint8Array, place: string): Promise<Buffer> {
    const { ciphertext } = await this.ask('encrypt', { plaintext: base64(key), associated_data: base64(place) });
    if (!ciphertext || !WRAPPED.test(ciphertext)) throw this.broken('it gave no wrapped key');
    return Buffer.from(ciphertext);
  }

  override async unwrap(wrapped: Uint8Array, place: string): Promise<Buffer | undefined> {
    const ciphertext = textOf(wrapped);
    if (!WRAPPED.test(ciphertext)) return undefined;
    const response = await this.send('POST', `decrypt/${this.place.key}`, {
      ciphertext,
      associated_data: base64(place),
    });
    // 400 is what Vault answers for what another key wrapped, or was wrapped for another place, or was changed.
    if (response.status === 400) return undefined;
    const { plaintext } = this.dataOf(response);
    if (typeof plaintext !== 'string') throw this.broken('it gave no key');
    return Buffer.from(plaintext, 'base64');
  }

  override async renew(wrapped: Uint8Array, place: string): Promise<Buffer | undefined> {
    const version = Number(WRAPPED.exec(textOf(wrapped))?.[1]);
    const { latest_version: latest } = this.dataOf(await this.send('GET', `keys/${this.place.key}`));
    if (latest === version) return undefined;
    const key = await this.unwrap(wrapped, place);
    if (!key) throw this.broken('it does not open what it wrapped');
    return this.wrap(key, place);
  }

  private async ask(action: 'encrypt', body: object): Promise<NonNullable<Answer['data']>> {
    return this.dataOf(await this.send('POST', `${action}/${this.place.key}`, body));
  }

  /** Tries again what passes by itself: no connection, too many requests, an error of theirs. @throws Fault `unavailable` */
  private async send(method: 'GET' | 'POST', path: string, body?: object): Promise<OutboundResponse> {
    const { url, mount, token } = this.place;
    const target = `${url.replace(/\/$/, '')}/v1/${mount}/${path}`;
    const headers = { 'x-vault-token': token(), 'x-vault-request': 'true', 'content-type': 'application/json' };
    for (let tries = 1; ; tries += 1) {
      try {
        const request = { method, headers, timeoutMs: TIMEOUT_MS, maxRedirects: 0 };
        const response = await this.http.request(target, body ? { ...request, body: JSON.stringify(body) } : request);
        if (response.status < 500 && response.status !== 429) return response;
        if (tries === MAX_TRIES) throw this.broken(`it answers ${response.status}`);
      } catch (error) {
        if (!(error instanceof OutboundError)) throw error;
        if (tries === MAX_TRIES || error.reason === 'address-refused') throw this.broken(error.message, error);
      }
      await pause(PAUSE_MS * tries);
    }
  }

  private dataOf({ status, body }: OutboundResponse): NonNullable<Answer['data']> {
    if (status === 403) throw this.broken('it refuses the token of KMS_TRANSIT_TOKEN_FILE');
    if (status === 404) throw this.broken(`it has no key ${this.place.key} at ${this.place.mount}`);
    const { data, errors } = readAnswer(body);
    if (status !== 200 || !data) throw this.broken(errors?.[0] ?? `it answers ${status}`);
    return data;
  }

  /** What callers see is that something is not available; the operator's log has what. */
  private broken(what: string, cause?: unknown): Fault {
    return new Fault('unavailable', {
      detail: 'The service that keeps the keys does not answer as it should',
      retryAfterS: 1,
      cause: new Error(`the key service at ${new URL(this.place.url).host} can't be used: ${what}`, { cause }),
    });
  }
}

const base64 = (value: Uint8Array | string): string => Buffer.from(value).toString('base64');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function readAnswer(body: Uint8Array): Answer {
  try {
    return JSON.parse(Buffer.from(body).toString()) as Answer;
  } catch {
    return {};
  }
}
