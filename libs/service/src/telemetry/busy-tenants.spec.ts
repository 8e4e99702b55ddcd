import { BusyTenants } from './busy-tenants.js';

describe('BusyTenants', () => {
  let nowMs = 0;
  const seen = (tenants: BusyTenants, tenantId: string): unknown =>
    tenants.process({ 'tenant.id': tenantId, a: 1 })['tenant.id'];

  it('names tenants while there are places, then counts the rest together', () => {
    const tenants = new BusyTenants(2, () => nowMs);
    expect(['a', 'b', 'c', 'a'].map((id) => seen(tenants, id))).toEqual(['a', 'b', 'other', 'a']);
  });

  it('gives the places to the busiest tenants of the last minutes', () => {
    const tenants = new BusyTenants(2, () => nowMs);
    ['a', 'b', 'b', 'c', 'c', 'c'].forEach((id) => seen(tenants, id));
    nowMs += 60_000;
    expect(['a', 'b', 'c'].map((id) => seen(tenants, id))).toEqual(['other', 'b', 'c']);
  });

  it('never holds more than a bounded number of tenants, named or not', () => {
    const tenants = new BusyTenants(200, () => nowMs);
    const labels = new Set<unknown>();
    for (let index = 0; index < 5_000; index += 1) {
      labels.add(seen(tenants, `tenant-${index}`));
    }
    expect(labels.size).toBe(201);
  });

  it('leaves measurements without a tenant as they are', () => {
    expect(new BusyTenants().process({ door: 'control' })).toEqual({ door: 'control' });
  });
});
