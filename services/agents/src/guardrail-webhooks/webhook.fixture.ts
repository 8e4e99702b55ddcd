import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { putGuardrailWebhook, type GuardrailWebhook, type PutGuardrailWebhookRequest } from '@tenantry/contracts';
import { Clock } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';

/** What an endpoint was asked. */
export interface Asked {
  readonly stage: string;
  readonly tenantId: string;
  readonly model: string | null;
  readonly tool: string | null;
  readonly agentId: string | null;
  readonly texts: readonly { readonly stage: string; readonly text: string }[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** It moves when it is told to, by more than anything is kept in memory for. */
export class HurriedClock extends Clock {
  private nowMs = Date.now();
  override now(): Date {
    return new Date(this.nowMs);
  }
  hurry(byMs = 5_000): void {
    this.nowMs += byMs;
  }
  reset(): void {
    this.nowMs = Date.now();
  }
}

/** An endpoint of a team's own, which answers what a test says. Made while a suite is described. */
export class WebhookFixture {
  readonly clock = new HurriedClock();
  readonly asked: Asked[] = [];
  answer: (asked: Asked) => { status?: number; body: unknown } | 'silence' = () => ({ body: { verdict: 'pass' } });
  url = '';
  private server!: Server;

  constructor() {
    beforeAll(() => this.listen());
    afterAll(() => {
      this.server.closeAllConnections();
      return new Promise((closed) => this.server.close(closed));
    });
    beforeEach(() => {
      this.asked.length = 0;
      this.clock.reset();
      this.answer = () => ({ body: { verdict: 'pass' } });
    });
  }

  /** Has it asked, from this moment on. */
  async put(tenant: TestTenant, more: Partial<PutGuardrailWebhookRequest> = {}): Promise<GuardrailWebhook> {
    const wish = { name: 'ours', url: this.url, mode: 'enforce', stages: [], ...more };
    const webhook = await tenant.call(putGuardrailWebhook, wish);
    this.clock.hurry();
    return webhook;
  }

  private async listen(): Promise<void> {
    this.server = createServer((request, response) => {
      void (async () => {
        const body = Buffer.concat(await Array.fromAsync(request)).toString();
        const one = { ...(JSON.parse(body) as Asked), headers: request.headers, body };
        this.asked.push(one);
        const said = this.answer(one);
        if (said === 'silence') return;
        response.writeHead(said.status ?? 200, { 'content-type': 'application/json' });
        response.end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body));
      })();
    });
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/judge`;
  }
}
