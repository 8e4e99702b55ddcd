import fc from 'fast-check';
import {
  MAX_ASKS,
  askAgain,
  beginProvisioning,
  exhaustedStep,
  failProvisioning,
  finishProvisioning,
  isPrepared,
  stepDone,
  type Provisioning,
} from './provisioning.js';

const then = new Date('2026-01-01T00:00:00Z');
const now = new Date('2026-01-01T00:00:05Z');
const owner = { ownerRef: 'ref', ownerEmail: 'ada@example.com', ownerPasswordSet: true };
const begun = beginProvisioning('tenant', 1, owner, then);

function statusOf(provisioning: Provisioning): Record<string, string> {
  return Object.fromEntries(provisioning.steps.map(({ name, status }) => [name, status]));
}

describe('provisioning', () => {
  it('begins with the registry entry done and the rest awaited', () => {
    expect(statusOf(begun)).toEqual({ registry: 'done', owner: 'pending', data: 'pending', settings: 'pending' });
    expect(isPrepared(begun)).toBe(false);
  });

  it('is prepared when owner and data have reported, in any order and however often', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('owner' as const, 'data' as const), { maxLength: 12 }), (reports) => {
        const told = reports.reduce((provisioning, step) => stepDone(provisioning, step, now), begun);
        expect(isPrepared(told)).toBe(reports.includes('owner') && reports.includes('data'));
      }),
    );
  });

  it('keeps the time at which a step was first done', () => {
    const later = new Date('2026-01-02T00:00:00Z');
    expect(stepDone(stepDone(begun, 'owner', now), 'owner', later).steps[1]?.finishedAt).toBe(now);
  });

  it('asks again only for what is not done, and gives up in the end', () => {
    let provisioning = stepDone(begun, 'owner', now);
    for (let asked = 1; asked < MAX_ASKS; asked += 1) {
      expect(exhaustedStep(provisioning)).toBeNull();
      provisioning = askAgain(provisioning, now);
    }
    expect(exhaustedStep(provisioning)).toBe('data');
    expect(provisioning.steps.map(({ attempts }) => attempts)).toEqual([1, 1, MAX_ASKS, 0]);
  });

  it('forgets the owner e-mail address once the owner exists and the tenant opens', () => {
    const finished = finishProvisioning(stepDone(stepDone(begun, 'owner', now), 'data', now), now);
    expect(finished).toMatchObject({ ownerEmail: null, finishedAt: now });
    expect(statusOf(finished)).toEqual({ registry: 'done', owner: 'done', data: 'done', settings: 'done' });
  });

  it('says which step failed and why, and that the others are undone', () => {
    const failed = failProvisioning(stepDone(begun, 'owner', now), 'data', 'the disk is full', now);
    expect(statusOf(failed)).toEqual({ registry: 'done', owner: 'undone', data: 'failed', settings: 'undone' });
    expect(failed.steps[2]?.error).toBe('the disk is full');
    expect(failed.ownerEmail).toBe(owner.ownerEmail);
  });
});
