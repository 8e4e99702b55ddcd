import { z } from 'zod';
import { ServiceSettings } from './service-settings.js';
import { describeSetting, list, settings } from './settings.js';

const enough = { NATS_URL: 'nats://127.0.0.1:4222', CONTEXT_KEY_FILE: 'key.pem', CONTEXT_JWKS_FILE: 'jwks.json' };

class MailSettings extends settings({
  SMTP_URL: z.url().describe('Mail server'),
  BCC: list.describe('Blind copies'),
}) {}

describe('settings', () => {
  it('names a missing setting and what it is for', () => {
    expect(() => new MailSettings({})).toThrow('SMTP_URL is not set (Mail server)');
    expect(() => new MailSettings({ SMTP_URL: '' })).toThrow('SMTP_URL is not set (Mail server)');
  });

  it('names a wrong setting without showing its value', () => {
    expect(() => new MailSettings({ SMTP_URL: 'hunter2' })).toThrow(
      /^SMTP_URL is wrong: (?!.*hunter2).*\(Mail server\)$/,
    );
  });

  it('reads what is declared and nothing else', () => {
    expect({ ...new MailSettings({ SMTP_URL: 'smtp://mail', BCC: 'a@b.c, d@e.f', HOME: '/root' }) }).toEqual({
      SMTP_URL: 'smtp://mail',
      BCC: ['a@b.c', 'd@e.f'],
    });
  });
});

describe('ServiceSettings', () => {
  it('has a default for whatever can have one', () => {
    const read = new ServiceSettings(enough);
    expect(read).toMatchObject({ TRACE_RATIO: 0.05, TRACE_TENANTS: [], PORT: 8080, ALLOW_PLAINTEXT: false });
  });

  it.each([
    ['PORT', '80800'],
    ['TRACE_RATIO', '5'],
    ['DATABASE_URL', 'mysql://localhost'],
    ['OUTBOUND_NETWORKS', '10.0.0.0/8, everywhere'],
    ['ALLOW_PLAINTEXT', 'maybe'],
  ])('refuses a wrong %s by name', (name, value) => {
    expect(() => new ServiceSettings({ ...enough, [name]: value })).toThrow(`${name} is wrong`);
  });

  it('documents every setting in one sentence', () => {
    for (const name of Object.keys(ServiceSettings.shape)) {
      expect(describeSetting(ServiceSettings.shape, name)).toMatch(/^[A-Z].{10,}/);
    }
  });
});
