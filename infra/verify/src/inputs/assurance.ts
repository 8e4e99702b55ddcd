import { idOf } from './id-of.js';
import type { Bench, Thing } from './kinds.js';

const agreement = ({ tenant: { canary } }: Bench): object => ({
  ...{ counterparty: canary.word(), version: canary.word(), effectiveOn: new Date().toISOString().slice(0, 10) },
});

/** How to come by what tenants and the platform answer for. */
export const assurance = {
  agreement: async (bench: Bench): Promise<Thing> => {
    await idOf(bench, bench.tenant.owner, '/v1/agreements', agreement(bench)); // a list of one has no cursor
    return { id: await idOf(bench, bench.tenant.owner, '/v1/agreements', agreement(bench)) };
  },
  platformAgreement: async (bench: Bench): Promise<Thing> => {
    const tenantId = bench.tenant.id;
    const id = await idOf(bench, bench.workshop.admin, `/v1/tenants/${tenantId}/agreements`, agreement(bench));
    return { id, tenantId };
  },
};
