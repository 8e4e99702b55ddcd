import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BillingSettings } from '../config.js';
import { stripeKey, webhookSecrets } from './stripe-client.js';

describe('The files with the key and the secrets of the provider', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stripe-client-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const settings = (content: string): BillingSettings => {
    const file = join(folder, 'secret');
    writeFileSync(file, content, { mode: 0o600 });
    return new BillingSettings({ STRIPE_API_KEY_FILE: file, STRIPE_WEBHOOK_SECRET_FILE: file });
  };

  it('may be empty, as a deployment begins: then there is no provider', () => {
    expect(stripeKey(settings('\n'))).toBeUndefined();
    expect(webhookSecrets(settings(''))).toEqual([]);
  });

  it('hold a key, and secrets with commas', () => {
    expect(stripeKey(settings('rk_live_ABC123\n'))).toBe('rk_live_ABC123');
    expect(webhookSecrets(settings('whsec_one, whsec_two\n'))).toEqual(['whsec_one', 'whsec_two']);
  });

  it.each(['pk_live_ABC123', 'whsec_ABC123', 'sk_live_ABC 123'])('stop the boot with anything else: %s', (content) => {
    expect(() => stripeKey(settings(content))).toThrow(/STRIPE_API_KEY_FILE/);
  });
});
