import { Fault, type TenantContext } from '@tenantry/kernel';
import { translateError } from './faults.js';
import { type Outgoing, type Publisher, printEntry, printEvent } from './messages/envelope.js';
import type { RowSource } from './rows.js';
import type { Sql } from './sql.js';
import type { FindOptions, PublishOptions, RowMatch, RowType, Transaction } from './transaction.js';
import type { PgConnection } from './wire/connection.js';
import type { Step, StepResult } from './wire/flight.js';
import { type Shape, fixedStep, statementStep } from './wire/steps.js';

/** TypeORM takes most of a second to load, and most services never need it. */
const loadRows = () => import('./rows.js');

/** What begins a transaction: it rides with the first statement, or, when there was none, with the commit. */
export interface Opening {
  readonly withStatement: readonly Step[];
  readonly withCommit: readonly Step[];
}

/** How a transaction runs its statements. */
export interface Running {
  readonly shape: Shape;
  readonly signal: AbortSignal | null;
  /** Null when it is begun otherwise. */
  readonly opening: Opening | null;
}

/** A transaction while its work runs. */
export class OpenTransaction implements Transaction {
  readonly #connection: PgConnection;
  readonly #publisher: Publisher;
  readonly #shape: Shape;
  readonly #signal: AbortSignal | null;
  readonly #outgoing: Outgoing[] = [];
  readonly #finishing: Step[] = [];
  #opening: Opening | null;
  /** What nobody waits for: it rides with the next statement, or with the commit. */
  #riding: Step[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | null = null;
  #savepoints = 0;
  #closed = false;

  constructor(connection: PgConnection, publisher: Publisher, { shape, signal, opening }: Running) {
    this.#connection = connection;
    this.#publisher = publisher;
    this.#shape = shape;
    this.#signal = signal;
    this.#opening = opening;
  }

  get tenantId(): string {
    return this.#publisher.tenantId;
  }

  get service(): string {
    return this.#publisher.service;
  }

  get ctx(): TenantContext | null {
    return this.#publisher.ctx;
  }

  async query<T extends object>(statement: Sql): Promise<T[]> {
    return (await this.#run(statementStep(statement, this.#shape))).rows as T[];
  }

  async one<T extends object>(statement: Sql): Promise<T | undefined> {
    return (await this.query<T>(statement))[0];
  }

  async queryAll(statements: readonly Sql[]): Promise<object[][]> {
    const steps = statements.map((statement) => statementStep(statement, this.#shape));
    return (await this.#runAll(steps)).map(({ rows }) => rows);
  }

  async execute(statement: Sql): Promise<number> {
    return countOf(await this.#run(statementStep(statement, this.#shape)));
  }

  finish(statement: Sql): void {
    this.#refuseClosed();
    this.#finishing.push(statementStep(statement, this.#shape));
  }

  async insert<R extends object>(row: RowType<R>, values: Partial<R> | readonly Partial<R>[]): Promise<void> {
    const { insertRows } = await loadRows();
    await insertRows(this.#source, row, Array.isArray(values) ? values : [values as Partial<R>]);
  }

  async findOne<R extends object>(row: RowType<R>, key: RowMatch<R>): Promise<R | undefined> {
    const { findRows } = await loadRows();
    return (await findRows(this.#source, row, key, { limit: 1 }))[0];
  }

  async find<R extends object>(row: RowType<R>, where: RowMatch<R> = {}, options: FindOptions<R> = {}): Promise<R[]> {
    const { findRows } = await loadRows();
    return findRows(this.#source, row, where, options);
  }

  publish(event: object, { changes = [], tenantId = this.tenantId }: PublishOptions = {}): void {
    this.#refuseClosed();
    this.#outgoing.push(...printEvent(this.#publisher, event, changes, tenantId));
  }

  project(bucket: string, key: string, value: unknown, version: bigint | number): void {
    this.#refuseClosed();
    this.#outgoing.push(printEntry(this.#publisher, bucket, key, value, version));
  }

  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    const name = `s${++this.#savepoints}`;
    const begin = fixedStep(`savepoint ${name}`);
    const [published, finishing] = [this.#outgoing.length, this.#finishing.length];
    this.#refuseClosed();
    this.#riding.push(begin);
    try {
      const result = await work();
      if (!this.#takeBack(begin)) this.#riding.push(fixedStep(`release savepoint ${name}`));
      return result;
    } catch (error) {
      this.#outgoing.length = published;
      this.#finishing.length = finishing;
      if (!this.#takeBack(begin)) await this.#goBack(name);
      throw error;
    }
  }

  /** What is left to do before the commit: the beginning, when no statement took it along, and the work's last statements. */
  get remaining(): readonly Step[] {
    return [...(this.#opening?.withCommit ?? []), ...this.#riding, ...this.#finishing];
  }

  /** What the commit has to write. @throws whatever statement failed without being undone */
  get outgoing(): readonly Outgoing[] {
    if (this.#failure) {
      throw this.#failure;
    }
    return this.#outgoing;
  }

  /** Refuses further use, and waits for a statement that somebody left running. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  readonly #source: RowSource = {
    run: async (text, values) => {
      const result = await this.#run({ text, values, key: this.#shape.key + text });
      return { rows: result.rows, rowCount: countOf(result), command: result.tag.split(' ', 1)[0]! };
    },
    fixed: () => ({ tenantId: this.tenantId }),
  };

  /** Undoes what came after a savepoint. What failed before it stays failed. */
  async #goBack(name: string): Promise<void> {
    const failure = this.#failure;
    this.#failure = null;
    this.#riding = [];
    await this.#run(fixedStep(`rollback to savepoint ${name}`)).catch((error: unknown) => {
      this.#failure = failure ?? this.#failure ?? asError(error);
    });
  }

  /** Answers whether a step had not left yet; then it never does. */
  #takeBack(step: Step): boolean {
    const at = this.#riding.indexOf(step);
    if (at !== -1) this.#riding.splice(at);
    return at !== -1;
  }

  async #run(step: Step): Promise<StepResult> {
    return (await this.#runAll([step]))[0]!;
  }

  /** One flight at a time, in the order they were asked for. */
  async #runAll(steps: readonly Step[]): Promise<readonly StepResult[]> {
    this.#refuseClosed();
    const flight = this.#last.then(() => this.#fly(steps));
    this.#last = flight.catch(() => undefined);
    return flight;
  }

  async #fly(steps: readonly Step[]): Promise<readonly StepResult[]> {
    if (this.#failure) {
      throw this.#failure;
    }
    const riding = this.#riding;
    const before = [...(this.#opening?.withStatement ?? []), ...riding];
    this.#riding = [];
    try {
      const results = await this.#connection.fly([...before, ...steps], this.#signal);
      this.#opening = null;
      return results.slice(before.length);
    } catch (error) {
      const translated = asError(translateError(error));
      if (this.#connection.isTransactionFailed) {
        this.#failure = translated;
        this.#opening = null;
      } else {
        this.#riding = riding;
      }
      throw translated;
    }
  }

  #refuseClosed(): void {
    if (this.#closed) {
      throw new Fault('internal', { cause: new Error('this transaction has ended; await everything inside its work') });
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('a statement failed', { cause: error });
}

function countOf(result: StepResult): number {
  return Number(result.tag.slice(result.tag.lastIndexOf(' ') + 1)) || 0;
}
