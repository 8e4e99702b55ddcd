import { refusePlaintext } from './plaintext.js';
import { ServiceSettings } from './service-settings.js';

const local = {
  NATS_URL: 'nats://127.0.0.1:4222',
  CONTEXT_KEY_FILE: 'k',
  CONTEXT_JWKS_FILE: 'j',
  DATABASE_URL: 'postgres://a@[::1]/x',
};

describe('refusePlaintext', () => {
  it('lets loopback and TLS pass', () => {
    expect(() => refusePlaintext(new ServiceSettings(local))).not.toThrow();
    const remote = { ...local, NATS_URL: 'tls://nats:4222', DATABASE_URL: 'postgres://a@db/x?sslmode=verify-full' };
    expect(() => refusePlaintext(new ServiceSettings(remote))).not.toThrow();
  });

  it.each([
    ['NATS_URL', 'nats://nats:4222'],
    ['NATS_URL', 'tls://nats-1:4222, nats://nats-2:4222'],
    ['DATABASE_URL', 'postgres://a@db/x'],
    ['DATABASE_URL', 'postgres://a@db/x?sslmode=prefer'],
    ['HTTP_HOST', '0.0.0.0'],
  ])('refuses %s=%s until the operator allows it', (name, value) => {
    expect(() => refusePlaintext(new ServiceSettings({ ...local, [name]: value }))).toThrow(name);
    expect(() =>
      refusePlaintext(new ServiceSettings({ ...local, [name]: value, ALLOW_PLAINTEXT: 'true' })),
    ).not.toThrow();
  });
});
