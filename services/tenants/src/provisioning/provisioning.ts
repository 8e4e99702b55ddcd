/** What a new tenant needs, in the order in which people read it; `owner` and `data` are prepared at the same time. */
export const STEPS = ['registry', 'owner', 'data', 'settings'] as const;
export type StepName = (typeof STEPS)[number];
/** The steps that other services take, and report by an event. */
export type AwaitedStep = 'owner' | 'data';

export interface Step {
  readonly name: StepName;
  readonly status: 'pending' | 'done' | 'failed' | 'undone';
  /** How often it was asked for in this attempt. */
  readonly attempts: number;
  readonly error: string | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** The first owner as identity knows them; the password itself never leaves identity. */
export interface PreparedOwner {
  readonly ownerRef: string;
  readonly ownerEmail: string;
  readonly ownerPasswordSet: boolean;
}

/** How far a tenant's provisioning is. All of it is in one row set, so a process may die at any point and another goes on. */
export interface Provisioning {
  readonly tenantId: string;
  /** 1 for the first; answers to an older attempt are ignored. */
  readonly attempt: number;
  readonly ownerRef: string;
  /** Kept only until the owner exists, for a retry. */
  readonly ownerEmail: string | null;
  readonly ownerPasswordSet: boolean;
  readonly startedAt: Date;
  /** When the awaited steps were last asked for. */
  readonly askedAt: Date;
  readonly finishedAt: Date | null;
  readonly steps: readonly Step[];
}

/** An awaited step is asked for this often before the attempt is given up. */
export const MAX_ASKS = 20;

/** Begins an attempt: the registry's own step is done with it, owner and data are asked for. */
export function beginProvisioning(tenantId: string, attempt: number, owner: PreparedOwner, now: Date): Provisioning {
  const steps = STEPS.map((name): Step => {
    const done = name === 'registry';
    const attempts = name === 'settings' ? 0 : 1;
    return {
      name,
      status: done ? 'done' : 'pending',
      attempts,
      error: null,
      startedAt: now,
      finishedAt: done ? now : null,
    };
  });
  return { tenantId, attempt, ...owner, startedAt: now, askedAt: now, finishedAt: null, steps };
}

function changeStep(provisioning: Provisioning, name: StepName, change: (step: Step) => Partial<Step>): Provisioning {
  return {
    ...provisioning,
    steps: provisioning.steps.map((step) => (step.name === name ? { ...step, ...change(step) } : step)),
  };
}

/** Asks once more for whatever has not been answered. */
export function askAgain(provisioning: Provisioning, now: Date): Provisioning {
  const steps = provisioning.steps.map((step) =>
    step.status === 'pending' && step.name !== 'settings' ? { ...step, attempts: step.attempts + 1 } : step,
  );
  return { ...provisioning, steps, askedAt: now };
}

/** The awaited step that was asked for too often, if any. */
export function exhaustedStep(provisioning: Provisioning): AwaitedStep | null {
  const step = provisioning.steps.find(
    ({ name, status, attempts }) => name !== 'settings' && status === 'pending' && attempts >= MAX_ASKS,
  );
  return (step?.name as AwaitedStep | undefined) ?? null;
}

/** An awaited step is done. Told twice equals once. */
export function stepDone(provisioning: Provisioning, name: AwaitedStep, now: Date): Provisioning {
  return changeStep(provisioning, name, ({ status }) =>
    status === 'done' ? {} : { status: 'done', error: null, finishedAt: now },
  );
}

/** Whether only the registry's own last step is left. */
export function isPrepared(provisioning: Provisioning): boolean {
  return provisioning.steps.every(({ name, status }) => name === 'settings' || status === 'done');
}

/** The last step is done with the tenant's opening: nothing is kept that only a retry would need. */
export function finishProvisioning(provisioning: Provisioning, now: Date): Provisioning {
  const finished = changeStep(provisioning, 'settings', () => ({ status: 'done', attempts: 1, finishedAt: now }));
  return { ...finished, ownerEmail: null, finishedAt: now };
}

/** One step failed: it says why, and what the others have done is undone by those who did it. */
export function failProvisioning(
  provisioning: Provisioning,
  failed: AwaitedStep,
  error: string,
  now: Date,
): Provisioning {
  const steps = provisioning.steps.map((step): Step => {
    if (step.name === failed) return { ...step, status: 'failed', error, finishedAt: now };
    return step.name === 'registry' ? step : { ...step, status: 'undone', finishedAt: now };
  });
  return { ...provisioning, steps, finishedAt: now };
}
