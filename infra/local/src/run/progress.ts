/** Tells the person at the terminal what is happening, one line a step. */
export class Progress {
  readonly #rewrites: boolean;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {
    this.#rewrites = out.isTTY === true;
  }

  /** Runs a step under its name; `say` changes what is shown while it runs, the answer of `work` stays. */
  async step<T>(
    name: string,
    work: (say: (text: string) => void) => Promise<readonly [result: T, shown: string]>,
  ): Promise<T> {
    const startMs = performance.now();
    const say = (text: string): void => this.#draft(`  … ${name.padEnd(10)} ${text}`);
    say('');
    try {
      const [result, shown] = await work(say);
      this.#final(`  ✓ ${name.padEnd(10)} ${shown} ${seconds(performance.now() - startMs)}`);
      return result;
    } catch (error) {
      this.#final(`  ✗ ${name}`);
      throw error;
    }
  }

  line(text: string): void {
    this.out.write(`${text}\n`);
  }

  #draft(text: string): void {
    if (this.#rewrites) {
      this.out.write(`\r\u001b[2K${text}`);
    }
  }

  #final(text: string): void {
    this.out.write(`${this.#rewrites ? '\r\u001b[2K' : ''}${text.trimEnd()}\n`);
  }
}

function seconds(ms: number): string {
  return ms < 100 ? '' : `(${(ms / 1_000).toFixed(1)} s)`;
}
