import { DataSource, type EntityManager, In, IsNull, QueryFailedError } from 'typeorm';
import type { FindOptions, RowMatch, RowType } from './transaction.js';

/** How TypeORM's statements reach the transaction's connection. */
export interface RowSource {
  run(text: string, values: readonly unknown[]): Promise<{ rows: object[]; rowCount: number; command: string }>;
  /** Properties that the transaction decides, where the row has them. */
  fixed(): Readonly<Record<string, unknown>>;
}

/** The part of the driver's module that TypeORM uses. */
interface FakeClient {
  query(text: string, values?: readonly unknown[]): Promise<unknown>;
  on(): void;
  removeListener(): void;
}

/** What TypeORM asks the server when it starts; it never has a connection of its own. */
const INTRODUCTION = { version: 'PostgreSQL 18.0', server_version: '18.0', current_database: '', current_schema: null };
const nothing = (): void => undefined;
const greeter: FakeClient = {
  query: () => Promise.resolve({ rows: [INTRODUCTION] }),
  on: nothing,
  removeListener: nothing,
};

/** A TypeORM that knows one row type and borrows the connection of whoever uses it. */
class RowMapper<R extends object> {
  #client = greeter;
  readonly #source: DataSource;

  constructor(readonly row: RowType<R>) {
    const connect = (done: (error: null, client: FakeClient, release: () => void) => void): void =>
      done(null, this.#client, nothing);
    this.#source = new DataSource({
      type: 'postgres',
      driver: {
        Pool: class {
          connect = connect;
          on = nothing;
          end = nothing;
        },
      },
      nativeDriver: {},
      entities: [row],
      installExtensions: false,
      logging: false,
    });
  }

  async start(): Promise<this> {
    await this.#source.initialize();
    return this;
  }

  /** Properties of the row that the transaction decides. */
  fixed(source: RowSource): Partial<R> {
    const known = new Set(this.#source.getMetadata(this.row).columns.map((column) => column.propertyName));
    return Object.fromEntries(Object.entries(source.fixed()).filter(([name]) => known.has(name))) as Partial<R>;
  }

  async use<T>(source: RowSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const runner = this.#source.createQueryRunner();
    // The runner asks for its connection before anything else can run.
    this.#client = { ...greeter, query: (text, values = []) => source.run(text, values) };
    const connected = runner.connect();
    this.#client = greeter;
    await connected;
    try {
      return await work(runner.manager);
    } catch (error) {
      throw error instanceof QueryFailedError ? error.driverError : error;
    } finally {
      await runner.release();
    }
  }
}

const mappers = new Map<unknown, Promise<RowMapper<object>>>();

function mapperOf<R extends object>(row: RowType<R>): Promise<RowMapper<R>> {
  let mapper = mappers.get(row) as Promise<RowMapper<R>> | undefined;
  if (!mapper) {
    mapper = new RowMapper(row).start();
    mappers.set(row, mapper as unknown as Promise<RowMapper<object>>);
  }
  return mapper;
}

export async function insertRows<R extends object>(
  source: RowSource,
  row: RowType<R>,
  values: readonly Partial<R>[],
): Promise<void> {
  if (values.length === 0) {
    return;
  }
  const mapper = await mapperOf(row);
  const fixed = mapper.fixed(source);
  const complete = values.map((one) => ({ ...fixed, ...one }));
  await mapper.use(source, (manager) =>
    manager
      .createQueryBuilder()
      .insert()
      .into(row as never)
      .values(complete as never)
      .updateEntity(false)
      .callListeners(false)
      .execute(),
  );
}

export async function findRows<R extends object>(
  source: RowSource,
  row: RowType<R>,
  where: RowMatch<R>,
  options: FindOptions<R>,
): Promise<R[]> {
  const mapper = await mapperOf(row);
  return mapper.use(source, (manager) =>
    manager.find(row as never, {
      where: Object.fromEntries(Object.entries(where).map(([name, value]) => [name, matching(value)])) as never,
      order: options.orderBy as never,
      take: options.limit,
      skip: options.offset,
    }),
  );
}

/** An `undefined` would silently match every row; it is a mistake of the caller. */
function matching(value: unknown): unknown {
  if (value === undefined) {
    throw new TypeError('a row is matched by values; undefined is none');
  }
  if (value === null) {
    return IsNull();
  }
  return Array.isArray(value) ? In(value) : value;
}
