/** One thing the demo showed. */
interface Shown {
  readonly what: string;
  readonly held: boolean;
  readonly seen: string;
}

/** Collects what was shown, prints it as it happens and again as a table at the end. */
export class Report {
  private readonly shown: Shown[] = [];

  /** Announces a step. */
  step(title: string): void {
    console.log(`\n\u001b[1m${title}\u001b[0m`);
  }

  /** Says something that is not a claim. */
  say(line: string): void {
    console.log(`  ${line}`);
  }

  /** Records a claim and whether it held. */
  check(what: string, held: boolean, seen: string): void {
    this.shown.push({ what, held, seen });
    console.log(`  ${held ? '\u001b[32m✓\u001b[0m' : '\u001b[31m✗\u001b[0m'} ${what}: ${seen}`);
  }

  /** Prints the table and tells whether everything held. */
  finish(): boolean {
    const width = Math.max(...this.shown.map(({ what }) => what.length));
    console.log('\nWhat was shown');
    for (const { what, held, seen } of this.shown)
      console.log(`  ${held ? 'held  ' : 'FAILED'}  ${what.padEnd(width)}  ${seen}`);
    const failed = this.shown.filter(({ held }) => !held).length;
    console.log(`\n${this.shown.length - failed} held, ${failed} failed`);
    return failed === 0;
  }
}
