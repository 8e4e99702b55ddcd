import { dataService } from '@tenantry/data';
import { type Doors, migrate, openDoors } from '@tenantry/database';
import pg from 'pg';
import { takeFolder, takePostgres } from './place.js';

const PASSWORD = 'bench';
const MASTER_KEY = new Uint8Array(32).fill(1);

/** The data service's doors to a Postgres of a bench's own, and a superuser's session there; all end with the bench. */
export async function takeDataDoors(
  stack: AsyncDisposableStack,
  limits: Pick<Parameters<typeof openDoors>[0], 'maxConnections' | 'statementTimeoutMs'>,
): Promise<{ readonly doors: Doors; readonly client: pg.Client }> {
  const { url } = await takePostgres(stack, takeFolder(stack));
  await migrate(url, [{ ...dataService, migrations: dataService.migrations!, password: PASSWORD }]);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  stack.defer(() => client.end());
  const login = new URL(url);
  [login.username, login.password] = ['data_service', PASSWORD];
  const doors = openDoors({ ...limits, url: login.href, service: 'data', masterKey: MASTER_KEY });
  stack.defer(() => doors.close());
  return { doors, client };
}
