import { json } from '../client/client.js';
import { idOf } from './id-of.js';
import type { Bench, Thing } from './kinds.js';

const agreement = ({ tenant: { canary } }: Bench): object => ({
  ...{ counterparty: canary.word(), version: canary.word(), effectiveOn: new Date().toISOString().slice(0, 10) },
});

async function breakGlass({
  workshop,
  tenant: { id: tenantId, canary },
}: Bench): Promise<{ id: string; tenantId: string }> {
  const wish = json('POST', `/v1/tenants/${tenantId}/break-glass`, {
    tables: ['people'],
    reason: `It is on fire ${canary.word()}`,
  });
  const { id } = await workshop.client.must<{ id: string }>(workshop.admin, wish);
  return { id, tenantId };
}

const incident = (bench: Bench): Promise<string> => {
  const { canary, owner } = bench.tenant;
  const facts = { laws: ['gdpr', 'hipaa'], role: 'processor' }; // whose duties have the one that a form names
  return idOf(bench, owner, '/v1/incidents', { title: canary.word(), description: canary.word(), ...facts });
};

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
  /** Two disclosures, for a list of one has no cursor, and somebody who asks for them. */
  accountingRequest: async (bench: Bench): Promise<Thing> => {
    const { canary, owner } = bench.tenant;
    const disclosure = { recipient: canary.word(), description: canary.word(), purpose: 'research', table: 'people' };
    for (const subjectKey of ['1', '2']) await idOf(bench, owner, '/v1/disclosures', { ...disclosure, subjectKey });
    const wish = { type: 'hipaa_accounting', subjectName: canary.word(), subjectEmail: canary.email() };
    const id = await idOf(bench, owner, '/v1/privacy/requests', wish);
    const check = { method: 'in_person', passed: true, evidence: canary.word() };
    await bench.workshop.client.must(owner, json('POST', `/v1/privacy/requests/${id}/verification/check`, check));
    return { id };
  },
  breakGlass: async (bench: Bench): Promise<Thing> => {
    await breakGlass(bench); // a list of one has no cursor
    return breakGlass(bench);
  },
  endedBreakGlass: async (bench: Bench): Promise<Thing> => {
    const access = await breakGlass(bench);
    const path = `/v1/tenants/${access.tenantId}/break-glass/${access.id}/end`;
    await bench.workshop.client.must(bench.workshop.admin, json('POST', path, {}));
    return access;
  },
  incident: async (bench: Bench): Promise<Thing> => {
    await incident(bench);
    return { id: await incident(bench) };
  },
  settledIncident: async (bench: Bench): Promise<Thing> => {
    const { canary, owner } = bench.tenant;
    const id = await incident(bench);
    const finding = { severity: 'low', noBreachBecause: `Nothing left the house ${canary.word()}` };
    await bench.workshop.client.must(owner, json('POST', `/v1/incidents/${id}/assess`, finding));
    return { id };
  },
};
