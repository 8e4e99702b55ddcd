import { DataSpaceReady } from '@tenantry/contracts';
import { dataTenants } from '../testing/data.fixture.js';

describe('data spaces', () => {
  const t = dataTenants();

  it('gives a schema-mode tenant a schema, a role and its default tables', async () => {
    const rows = await t.schema.get('settings');
    expect(rows).toMatchObject({ status: 200, json: [] });
    expect((await t.outbox()).map(({ type }) => type)).toContain(DataSpaceReady.event.name);
  });
});
