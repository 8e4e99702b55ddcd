import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../client/caller.js';
import { json, type Answer, type Client, type Request, type Witness } from '../client/client.js';

/** How a thing of the platform that a request made is taken away again, by the request. */
const removals: Readonly<Record<string, (made: Record<string, string>) => Request>> = {
  'POST /v1/tenants': ({ id }) => json('POST', '/rest/v1/rpc/delete_tenant_schema', { tenant_id: id }),
  'POST /rest/v1/rpc/create_tenant_schema': ({ tenant_id: id }) =>
    json('POST', '/rest/v1/rpc/delete_tenant_schema', { tenant_id: id }),
  'POST /v1/staff': ({ userId }) => json('DELETE', `/v1/staff/${userId}`),
  'POST /v1/product-tables': ({ name }) => json('DELETE', `/v1/product-tables/${name}`),
};

const GONE = 404;
const CONFLICT = 409;
const PATIENCE = 20;
const ASK_EVERY_MS = 250;

/** Sees what is made on the platform, whoever makes it, and takes it away again. */
export class Leavings {
  private readonly made: Request[] = [];

  readonly witness: Witness = (_, { method, path }, { status, text }) => {
    const removal = removals[`${method} ${path}`];
    if (removal && status < 300) this.made.push(removal(JSON.parse(text) as Record<string, string>));
  };

  /**
   * Takes everything away, the newest first. What stays is what the platform never forgets: registry entries and trails.
   * @returns what could not be taken away
   */
  async clear(client: Client, admin: Caller): Promise<string[]> {
    const left: string[] = [];
    const isTable = ({ path }: Request): boolean => path.startsWith('/v1/product-tables');
    const made = this.made.splice(0).toReversed();
    // Product tables go last: until then every schema tenant has its own of them.
    for (const request of [...made.filter((one) => !isTable(one)), ...made.filter(isTable)]) {
      const { status, text } = await remove(client, admin, request);
      if (status >= 300 && status !== GONE)
        left.push(`${request.method} ${request.path}: ${status} ${text.slice(0, 200)}`);
    }
    return left;
  }
}

/** Tables can't be dropped while something else changes them; that passes. */
async function remove(client: Client, admin: Caller, request: Request): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await client.send(admin, request);
    if (answer.status !== CONFLICT || attempt === PATIENCE) return answer;
    await pause(ASK_EVERY_MS);
  }
}
