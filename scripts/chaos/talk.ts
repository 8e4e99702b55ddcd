import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../demo/api.js';

/** What became of a question, as the one who asked knows it. */
type Outcome = 'answered' | 'refused' | 'unsure' | 'taken';

const AGAIN_MS = 100;
const MAX_TOKENS = 50;
/** What is answered while parts are away. */
const PASSING = [500, 502, 503, 504];

/** One conversation with a model, through the gateway: a question at a time. */
export class Talk {
  /** Questions whose whole answer came. */
  answered = 0;
  /** Questions that the budget refused. */
  refused = 0;
  /** Questions that nobody knows the end of. */
  unsure = 0;

  private constructor(
    private readonly owner: Api,
    readonly id: string,
    /** Answers that should not have been. */
    private readonly blame: (problem: string) => void,
  ) {}

  static async begin(owner: Api, blame: (problem: string) => void): Promise<Talk> {
    const { id } = await owner.must<{ id: string }>('POST', '/v1/conversations', { body: {} });
    return new Talk(owner, id, blame);
  }

  /** Asks, and waits a moment when there was no answer. */
  async ask(question: string, isStream: boolean): Promise<Outcome> {
    const body = {
      ...{ model: 'local-rules', messages: [{ role: 'user', content: question }], max_tokens: MAX_TOKENS },
      ...{ stream: isStream, metadata: { conversation_id: this.id } },
    };
    const answer = await this.owner.call<unknown>('POST', '/v1/chat/completions', { body }).catch(() => null);
    if (answer?.status === 402) {
      this.refused += 1;
      await delay(AGAIN_MS); // others give back what they did not spend
      return 'refused';
    }
    if (answer?.status === 409) return 'taken'; // a call that was killed has the turn until its process is known to be dead
    const isWhole = answer?.status === 200 && (!isStream || String(answer.body).endsWith('data: [DONE]\n\n'));
    if (isWhole) {
      this.answered += 1;
      return 'answered';
    }
    if (answer && answer.status !== 200 && !PASSING.includes(answer.status))
      this.blame(`${answer.status}: ${JSON.stringify(answer.body)}`);
    this.unsure += 1;
    await delay(AGAIN_MS);
    return 'unsure';
  }
}
