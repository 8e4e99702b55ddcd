import { json } from '../client/client.js';
import type { HttpRun } from './attack-http.js';

interface Page {
  readonly data: readonly unknown[];
}

/** Whatever was tried, the attacked tenant's trail has nothing that the attacker did: nothing was done. */
export async function crossTrail({ client, findings, world }: HttpRun): Promise<void> {
  for (const { mode, a, b } of world.pairs) {
    const by = async (actor: string): Promise<number> => {
      const { data } = await client.must<Page>(b.owner, json('GET', `/v1/audit/events?limit=200&actor=${actor}`));
      return data.length;
    };
    const [own, foreign] = [await by(b.person.userId), await by(a.person.userId)];
    const subject = `trail (${mode})`;
    const control = { subject, attack: 'control: what its own owner did', expected: 'entries' };
    findings.record({ section: 'controls', ...control, held: own > 0, seen: `${own} entries` });
    const attack = "what the other tenant's owner did";
    findings.record({
      section: 'http',
      subject,
      attack,
      held: foreign === 0,
      expected: 'no entries',
      seen: `${foreign} entries`,
    });
  }
}
