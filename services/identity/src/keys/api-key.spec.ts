import { CreateApiKeyRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { directoryEntry, openKey, statusOf } from './api-key.js';

const now = new Date('2026-01-01T00:00:00Z');
const request = (fields: Partial<CreateApiKeyRequest>): CreateApiKeyRequest =>
  Object.assign(new CreateApiKeyRequest(), { name: 'Nightly', scopes: ['members.read'] }, fields);
const makerWith = (permissions: readonly string[]): TenantContext =>
  ({ permissions, actor: { kind: 'user', id: 'maker', role: null } }) as unknown as TenantContext;
const open = (fields: Partial<CreateApiKeyRequest>, permissions = ['*']) =>
  openKey(request(fields), makerWith(permissions), now);

describe('openKey', () => {
  it('makes a secret key unless a public one is wanted', () => {
    expect(open({})).toMatchObject({ kind: 'secret', scopes: ['members.read'], createdBy: 'maker', expiresAt: null });
    expect(open({ kind: 'public' }).kind).toBe('public');
  });

  it('hands on what its maker holds and no more, and names the scope', () => {
    expect(() => open({ scopes: ['keys.read', 'members.*'] }, ['members.read', 'keys.read'])).toThrow(
      expect.objectContaining({ reason: 'scope-not-held', errors: [expect.objectContaining({ field: 'scopes[1]' })] }),
    );
    expect(() => open({ scopes: ['*'] }, ['members.*', 'keys.*'])).toThrow(
      expect.objectContaining({ reason: 'scope-not-held' }),
    );
    expect(open({ scopes: ['members.read'] }, ['members.*']).scopes).toEqual(['members.read']);
  });

  it('refuses a scope that no operation asks for', () => {
    expect(() => open({ scopes: ['member.read'] })).toThrow(expect.objectContaining({ reason: 'invalid-input' }));
  });

  it('refuses to be born dead', () => {
    expect(() => open({ expiresAt: now })).toThrow(expect.objectContaining({ reason: 'invalid-input' }));
  });

  it('binds public keys to origins as browsers write them, and secret keys to none', () => {
    expect(open({ kind: 'public', allowedOrigins: ['https://App.example.com:443/'] }).allowedOrigins).toEqual([
      'https://app.example.com',
    ]);
    expect(() => open({ kind: 'public', allowedOrigins: ['https://app.example.com/shop'] })).toThrow(
      expect.objectContaining({ reason: 'invalid-input' }),
    );
    expect(() => open({ allowedOrigins: ['https://app.example.com'] })).toThrow(
      expect.objectContaining({ reason: 'invalid-input' }),
    );
  });
});

describe('a key', () => {
  it('is in the directory with what it may do and no names', () => {
    const entry = directoryEntry(open({ allowedIps: ['10.0.0.0/8'] }), 'tenant-a', now);
    expect(entry).toMatchObject({
      tenantId: 'tenant-a',
      grants: ['members.read'],
      status: 'active',
      allowedIps: ['10.0.0.0/8'],
      overlapUntil: now.toISOString(),
    });
    expect(JSON.stringify(entry)).not.toMatch(/Nightly|maker/);
  });

  it('is expired from the moment it expires', () => {
    const key = open({ expiresAt: new Date(now.getTime() + 1) });
    expect([statusOf(key, now), statusOf(key, new Date(now.getTime() + 1))]).toEqual(['active', 'expired']);
    expect(statusOf({ ...key, revokedAt: now }, now)).toBe('revoked');
  });
});
