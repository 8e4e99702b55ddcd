import type { World } from './world.js';

type Ids = Readonly<Record<string, string>>;

const openRequest = (world: World, subjectEmail = `${world.fresh('p')}@example.com`): Promise<{ id: string }> => {
  return world.a.owner.must('POST', '/v1/privacy/requests', { type: 'gdpr_access', subjectName: 'Ada', subjectEmail });
};

/** Privacy requests whose person proves who they are. */
export const privacySupplies: Readonly<Record<string, (world: World) => Promise<Ids>>> = {
  duplicateRequest: async (world) => {
    const email = `${world.fresh('p')}@example.com`;
    const requests = [await openRequest(world, email), await openRequest(world, email)] as const;
    const check = { method: 'callback', passed: true, evidence: 'Called back' };
    for (const { id } of requests)
      await world.a.owner.must('POST', `/v1/privacy/requests/${id}/verification/check`, check);
    return { id: requests[1].id };
  },
  linkedRequest: async (world) => {
    const { id } = await openRequest(world);
    await world.a.owner.must('POST', `/v1/privacy/requests/${id}/verification/link`, {});
    return { id, token: await world.mailedSecret(id, /(?<=\/verify#)\S{91}/) };
  },
};
