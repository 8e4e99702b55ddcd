import { eventually } from '@tenantry/testing/eventually';
import type { World } from './world.js';

type Ids = Readonly<Record<string, string>>;

const COLLECT_PATIENCE_MS = 60_000;

type Access = { id: string; digest: string; status: string; places: { kind: string; position: number }[] };

const makeSubject = async (world: World): Promise<{ table: string; value: string }> => {
  const table = world.fresh('t_');
  const columns = [
    { name: 'id', type: 'text', primaryKey: true },
    { name: 'name', type: 'text', classification: 'personal' },
  ];
  await world.a.owner.must('POST', '/v1/tables', { name: table, subjectColumn: 'id', columns });
  await world.a.owner.must('POST', `/rest/v1/${table}`, { id: 'ann', name: 'Ann' });
  return { table, value: 'ann' };
};

const planAccess = async (world: World): Promise<Access> =>
  world.a.owner.must('POST', '/v1/privacy/access', { subject: [await makeSubject(world)] });

const tasksOf = ({ places }: Access): number[] =>
  places.filter(({ kind }) => kind === 'task').map(({ position }) => position);

const taskOf = (access: Access): Ids => ({
  id: access.id,
  digest: access.digest,
  task: String(tasksOf(access)[0]),
});

/** Planned by somebody else than the owner, who approves it. */
const planErasure = async (world: World): Promise<Access> =>
  (await world.secondPerson()).must('POST', '/v1/privacy/erasures', { subject: [await makeSubject(world)] });

/** An erasure that was carried out and certified. @throws Error when that takes too long */
const finishErasure = async (world: World): Promise<{ id: string }> => {
  const erasure = await planErasure(world);
  const path = `/v1/privacy/erasures/${erasure.id}`;
  for (const task of tasksOf(erasure)) {
    await world.a.owner.must('POST', `${path}/tasks/${task}`, { finding: 'Nothing' });
  }
  await world.a.owner.must('POST', `${path}/approve`, { digest: erasure.digest });
  await eventually(async () => (await world.a.owner.must<Access>('GET', path)).status === 'done', COLLECT_PATIENCE_MS);
  return { id: erasure.id };
};

/** A copy that was collected and waits for its review. @throws Error when collecting takes too long */
const reviewAccess = async (world: World): Promise<{ id: string }> => {
  const access = await planAccess(world);
  const path = `/v1/privacy/access/${access.id}`;
  await world.a.owner.must('POST', `${path}/collect`, { digest: access.digest });
  for (const task of tasksOf(access)) {
    await world.a.owner.must('POST', `${path}/tasks/${task}`, { finding: 'Nothing' });
  }
  await eventually(
    async () => (await world.a.owner.must<Access>('GET', path)).status === 'review',
    COLLECT_PATIENCE_MS,
  );
  return { id: access.id };
};

/** Copies and erasures of a person's data, at the stages at which something can be done with them. */
export const subjectSupplies = {
  subject: makeSubject,
  access: async (world: World): Promise<Ids> => taskOf(await planAccess(world)),
  erasure: async (world: World): Promise<Ids> => taskOf(await planErasure(world)),
  doneErasure: finishErasure,
  reviewedAccess: reviewAccess,
  releasedAccess: async (world: World): Promise<Ids> => {
    const { id } = await reviewAccess(world);
    return world.a.owner.must('POST', `/v1/privacy/access/${id}/release`, {});
  },
};
