import { createHmac } from 'node:crypto';
import type { LocalEvent } from './call.js';

/** Where events go, and what signs them. */
export interface WebhookEndpoint {
  readonly url: string;
  readonly secret: string;
}

/** How deliveries misbehave, as the real ones may: at least once, in any order, late, or not at all. */
export interface DeliveryKnobs {
  /** Sends each event twice. */
  duplicate?: boolean;
  /** How late. */
  delayMs?: number;
  /** Holds this many events and sends them the last first. */
  reorder?: number;
  /** Loses an event. */
  drop?: (type: string) => boolean;
}

/** How long after a failed delivery the next is tried. */
const RETRY_AFTER_MS = [200, 1_000, 5_000, 15_000, 60_000];
const TIMEOUT_MS = 10_000;

/** The `Stripe-Signature` header of a body. https://docs.stripe.com/webhooks/signature */
export function signature(body: string, secret: string, atMs = Date.now()): string {
  const t = Math.floor(atMs / 1_000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

/** Sends events, signed, until they are taken. */
export class Deliveries {
  readonly knobs: DeliveryKnobs = {};
  readonly #held: LocalEvent[] = [];
  readonly #underway = new Set<Promise<void>>();
  readonly #closed = new AbortController();

  constructor(private readonly endpoints: () => readonly WebhookEndpoint[]) {}

  send(event: LocalEvent): void {
    if (this.knobs.drop?.(event.type)) return;
    this.#held.push(event);
    if (this.#held.length < (this.knobs.reorder ?? 1)) return;
    for (const one of this.#held.splice(0).toReversed()) this.#sendNow(one);
  }

  /** Sends what is held back, and waits until everything was taken or given up. */
  async settled(): Promise<void> {
    for (const one of this.#held.splice(0).toReversed()) this.#sendNow(one);
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  close(): void {
    this.#closed.abort();
  }

  #sendNow(event: LocalEvent): void {
    const times = this.knobs.duplicate ? 2 : 1;
    for (const endpoint of this.endpoints())
      for (let time = 0; time < times; time++) this.#follow(this.#deliver(event, endpoint));
  }

  #follow(delivery: Promise<void>): void {
    const followed = delivery.finally(() => this.#underway.delete(followed));
    this.#underway.add(followed);
  }

  async #deliver(event: LocalEvent, endpoint: WebhookEndpoint): Promise<void> {
    await this.#pause(this.knobs.delayMs ?? 0);
    for (const retryMs of [...RETRY_AFTER_MS, null]) {
      if (this.#closed.signal.aborted || (await this.#post(event, endpoint)) || retryMs === null) return;
      await this.#pause(retryMs);
    }
  }

  /** Whether it was taken; an endpoint that is away is one that did not take it. */
  async #post(event: LocalEvent, { url, secret }: WebhookEndpoint): Promise<boolean> {
    const body = JSON.stringify(event);
    const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature(body, secret) };
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const answered = fetch(url, { method: 'POST', headers, body, signal });
    return answered.then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
  }

  #pause(ms: number): Promise<void> {
    if (ms === 0 || this.#closed.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#closed.signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}
