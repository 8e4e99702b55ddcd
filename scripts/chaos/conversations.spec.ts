import { shakeConversations } from './conversations.js';

/** The short form of `npm run chaos:conversations`: always the same seed, fewer of them. */
const FEW = { count: 60, questions: 3, limit: '0.0012', seed: 17 };

describe('conversations on one budget, the database and the instance killed in the middle', () => {
  it('spend no more than it has: calls cost what was settled for them, once, and nothing stays held', async () => {
    const { problems, overspentNanos, answered, refused, unsure, books } = await shakeConversations(FEW);
    expect(problems).toEqual([]);
    expect([overspentNanos, books.held]).toEqual([0n, 0n]);
    expect([answered > 0, refused > 0, unsure > 0]).toEqual([true, true, true]);
  });
});
