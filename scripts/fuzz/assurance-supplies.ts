import { accessReviewSupplies } from './access-review-supplies.js';
import type { World } from './world.js';

type Ids = Readonly<Record<string, string>>;

const agreement = (world: World): object => ({
  ...{ counterparty: world.fresh('c'), version: '1', effectiveOn: '2026-01-01' },
});

async function breakGlass(world: World): Promise<{ id: string; tenantId: string }> {
  const wish = { tables: ['readings'], reason: 'Everything is on fire' };
  const { id } = await world.staff.must<{ id: string }>('POST', `/v1/tenants/${world.a.id}/break-glass`, wish);
  return { id, tenantId: world.a.id };
}

const openIncident = (world: World): Promise<{ id: string }> => {
  const wish = { title: world.fresh('i'), description: 'A lost laptop', laws: ['gdpr'] };
  return world.a.owner.must('POST', '/v1/incidents', wish);
};

/** What tenants and the platform answer for. */
export const assuranceSupplies = {
  ...accessReviewSupplies,
  agreement: (world: World): Promise<Ids> => world.a.owner.must('POST', '/v1/agreements', agreement(world)),
  platformAgreement: async (world: World): Promise<Ids> => {
    const tenantId = world.a.id;
    const { id } = await world.staff.must<{ id: string }>(
      'POST',
      `/v1/tenants/${tenantId}/agreements`,
      agreement(world),
    );
    return { id, tenantId };
  },
  accountingRequest: async (world: World): Promise<Ids> => {
    const email = `${world.fresh('p')}@example.com`;
    const wish = { type: 'hipaa_accounting', subjectName: 'Fuzz', subjectEmail: email };
    const { id } = await world.a.owner.must<{ id: string }>('POST', '/v1/privacy/requests', wish);
    const check = { method: 'in_person', passed: true, evidence: 'fuzz' };
    await world.a.owner.must('POST', `/v1/privacy/requests/${id}/verification/check`, check);
    return { id };
  },
  breakGlass: (world: World): Promise<Ids> => breakGlass(world),
  endedBreakGlass: async (world: World): Promise<Ids> => {
    const { id, tenantId } = await breakGlass(world);
    await world.staff.must('POST', `/v1/tenants/${tenantId}/break-glass/${id}/end`, {});
    return { id, tenantId };
  },
  incident: (world: World): Promise<Ids> => openIncident(world),
  settledIncident: async (world: World): Promise<Ids> => {
    const { id } = await openIncident(world);
    const finding = { severity: 'low', noBreachBecause: 'Nothing left the house' };
    return world.a.owner.must('POST', `/v1/incidents/${id}/assess`, finding);
  },
};
