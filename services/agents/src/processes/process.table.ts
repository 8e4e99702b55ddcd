import { sql, type Job } from '@tenantry/database';

/** Who has said nothing for so long is dead. */
const DEAD_AFTER_S = 12;
/** Who has said nothing for so long may have been away from the database, and so may others have been. */
const GAP_S = 5;

/** Says that a process is alive. */
export async function sayAlive(job: Job, id: string): Promise<void> {
  await job.query(sql`insert into agents.process as p (id, alive_at, since) values (${id}, now(), now())
    on conflict (id) do update set alive_at = now(),
      since = case when p.alive_at < now() - make_interval(secs => ${GAP_S}) then now() else p.since end`);
}

/**
 * Processes that are dead, as one judges that has itself been heard without a gap for as long: while the database was away from everybody, nobody
 * could be heard, and nobody is judged by that.
 */
export async function listDead(job: Job, judgeId: string): Promise<string[]> {
  const dead = await job.query<{
    id: string;
  }>(sql`select p.id from agents.process p join agents.process judge on judge.id = ${judgeId}
    where p.alive_at < now() - make_interval(secs => ${DEAD_AFTER_S})
      and judge.alive_at > now() - make_interval(secs => ${GAP_S}) and judge.since < now() - make_interval(secs => ${DEAD_AFTER_S})`);
  return dead.map(({ id }) => id);
}

/** Forgets the dead, once nothing of theirs is left. */
export async function forgetDead(job: Job, ids: readonly string[]): Promise<void> {
  await job.query(sql`delete from agents.process where id = any(${[...ids]}::uuid[])
    and alive_at < now() - make_interval(secs => ${DEAD_AFTER_S})`);
}
