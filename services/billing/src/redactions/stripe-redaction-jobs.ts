import type { Stripe } from 'stripe';
import { ask } from '../payments/stripe-errors.js';
import type { RedactionState } from './redaction.js';

const PATH = '/v1/privacy/redaction_jobs';
const PREVIEW_VERSION = '2026-10-28.preview';

interface RedactionJob {
  readonly id: string;
  readonly status: string;
}

const STATES: Readonly<Record<string, RedactionState>> = {
  ready: 'ready',
  succeeded: 'done',
  failed: 'refused',
  canceled: 'refused',
  canceling: 'refused',
};

/** Stripe's redaction jobs. They are a preview: its client has no methods for them yet, and they want a version of their own. */
export class StripeRedactionJobs {
  constructor(private readonly stripe: () => Stripe) {}

  async start(customerId: string, idempotencyKey: string): Promise<string> {
    const job = { objects: { customers: [customerId] }, validation_behavior: 'fix' };
    return (await this.send('POST', '', job, { idempotencyKey })).id;
  }

  async state(id: string): Promise<RedactionState> {
    return STATES[(await this.send('GET', `/${encodeURIComponent(id)}`)).status] ?? 'working';
  }

  async run(id: string): Promise<void> {
    await this.send('POST', `/${encodeURIComponent(id)}/run`);
  }

  private send(
    method: 'GET' | 'POST',
    path: string,
    params: object = {},
    options: { readonly idempotencyKey?: string } = {},
  ): Promise<RedactionJob> {
    const preview = { ...options, apiVersion: PREVIEW_VERSION };
    return ask(() => this.stripe().rawRequest(method, `${PATH}${path}`, params, preview) as Promise<RedactionJob>);
  }
}
