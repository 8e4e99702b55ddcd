/** What a process does when it is dead: nothing. */
export class Killed extends Error {}

type Step = (...given: never[]) => Promise<unknown>;

/**
 * A process whose steps, such as commits and calls to others, are counted, and that can die before or after each of them. Whatever it does
 * after its death fails, as if nobody were there to do it.
 */
export class Mortal {
  steps = 0;
  #diesAt = Infinity;
  #dies: 'before' | 'after' = 'before';
  readonly #originals: (() => void)[] = [];

  /** @param watched the methods that are steps, each with its owner */
  constructor(watched: readonly (readonly [owner: object, method: string])[]) {
    for (const [owner, method] of watched) this.#watch(owner, method);
  }

  /** Lets it die before or after its nth step from now. */
  dieAt(step: number, dies: 'before' | 'after'): void {
    this.steps = 0;
    [this.#diesAt, this.#dies] = [step, dies];
  }

  /** Another process takes its place. */
  revive(): void {
    this.#diesAt = Infinity;
  }

  /** Makes the methods what they were. */
  restore(): void {
    for (const original of this.#originals) original();
  }

  #watch(owner: object, name: string): void {
    const methods = owner as Record<string, Step>;
    const original = methods[name]!.bind(owner) as Step;
    methods[name] = async (...given) => {
      const step = ++this.steps;
      if (step > this.#diesAt || (step === this.#diesAt && this.#dies === 'before')) throw new Killed();
      const done = await original(...given);
      if (step === this.#diesAt) throw new Killed();
      return done;
    };
    this.#originals.push(() => delete methods[name]);
  }
}
