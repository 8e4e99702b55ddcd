import type { World } from './world.js';

type Ids = Readonly<Record<string, string>>;

const openRequest = (world: World): Promise<{ id: string }> => {
  const subjectEmail = `${world.fresh('p')}@example.com`;
  return world.a.owner.must('POST', '/v1/privacy/requests', { type: 'gdpr_access', subjectName: 'Ada', subjectEmail });
};

/** Privacy requests whose person proves who they are. */
export const privacySupplies: Readonly<Record<string, (world: World) => Promise<Ids>>> = {
  linkedRequest: async (world) => {
    const { id } = await openRequest(world);
    await world.a.owner.must('POST', `/v1/privacy/requests/${id}/verification/link`, {});
    return { id, token: await world.mailedSecret(id, /(?<=\/verify#)\S{91}/) };
  },
};
