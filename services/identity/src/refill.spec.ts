import { addMember, createApiKey, revokeApiKey } from '@tenantry/contracts';
import { doctor } from '@tenantry/database';
import type { Projection } from '@tenantry/messaging';
import { IdentityFixture } from './identity.fixture.js';
import { refill } from './refill.js';

describe('identity’s directories', () => {
  let identity: IdentityFixture;
  beforeAll(async () => {
    identity = await IdentityFixture.start();
  });
  afterAll(() => identity?.stop());

  it('are filled from Postgres with what the relay had put there', async () => {
    const [a, b] = await identity.twoOwners();
    for (const tenant of [a, b]) await tenant.call(addMember, { email: 'ada@example.com', role: 'staff' });
    await a.call(createApiKey, { name: 'one', scopes: ['*'] });
    const revoked = await b.call(createApiKey, { name: 'two', scopes: ['members.read'] });
    await b.call(revokeApiKey, { id: revoked.id });

    const entries: Projection[] = [];
    for await (const entry of refill(identity.doors)) entries.push(entry);
    expect(entries.map(({ bucket }) => bucket).sort()).toEqual(['keys', 'keys', 'members', 'revocations']);
    for (const { bucket, key, value } of entries) expect(value).toEqual(await identity.entry(bucket, key));
  });

  it('rest on tables that the doctor finds sound', async () => {
    expect(await doctor(identity.database.adminUrl)).toEqual([]);
  });
});
