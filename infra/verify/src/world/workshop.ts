import { json, type Client } from '../client/client.js';
import { nobody, type Caller } from '../client/caller.js';
import { Canary, randomPassword } from './canary.js';
import type { Mode, Person, Tenant } from './tenant.js';

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const RATE_PER_S = 100_000;
const UNKNOWN = 404;

/** Makes tenants, people and keys through the API. */
export class Workshop {
  constructor(
    readonly client: Client,
    readonly admin: Caller,
  ) {}

  /** Signs in as the platform's super admin. */
  static async admin(client: Client, { email, password }: { email: string; password: string }): Promise<Caller> {
    return client.sessions.keep(async () => {
      const { accessToken } = await client.must<Tokens>(nobody, json('POST', '/v1/auth/login', { email, password }));
      return { token: accessToken, sees: 'everyone' };
    });
  }

  /** Provisions a tenant whose owner has a password, and signs them in. */
  async tenant(mode: Mode, canary = new Canary(), more: { readonly organizationId?: string } = {}): Promise<Tenant> {
    const slug = canary.word();
    const [email, password] = [canary.email(), randomPassword()];
    const body = { slug, name: canary.word(), isolation: mode, ownerEmail: email, ownerPassword: password, ...more };
    const { id, status } = await this.client.must<{ id: string; status: string }>(
      this.admin,
      json('POST', '/v1/tenants', body),
    );
    if (status !== 'active') throw new Error(`The tenant ${slug} is ${status} and not active in time`);
    const limit = { ratePerS: RATE_PER_S, burst: RATE_PER_S };
    await this.client.must(this.admin, json('PUT', `/v1/tenants/${id}/rate-limit`, limit));
    const owner = await this.client.sessions.keep(async () => {
      const { accessToken } = await this.signIn({ email, password });
      return { token: accessToken, sees: [id] };
    });
    const { id: userId } = await this.client.must<{ id: string }>(owner, json('GET', '/v1/me'));
    return { id, slug, mode, canary, person: { userId, email, password }, owner };
  }

  signIn(person: Pick<Person, 'email' | 'password'>, tenant?: string): Promise<Tokens> {
    const body = { email: person.email, password: person.password, ...(tenant === undefined ? {} : { tenant }) };
    const anyone: Caller = { token: null, sees: 'everyone' }; // whoever signs in is shown their own tenants
    return this.client.must<Tokens>(anyone, json('POST', '/v1/auth/login', body));
  }

  /** A session of a person in a tenant of theirs, for as long as one token lives. */
  async session(person: Person, tenant: Tenant): Promise<Caller> {
    return { token: (await this.signIn(person, tenant.slug)).accessToken, sees: [tenant.id] };
  }

  /** An API key. */
  async key(tenant: Tenant, facts: Readonly<Record<string, unknown>>): Promise<{ id: string; caller: Caller }> {
    const body = { name: tenant.canary.word(), ...facts };
    const { id, key } = await this.client.must<{ id: string; key: string }>(
      tenant.owner,
      json('POST', '/v1/api-keys', body),
    );
    return { id, caller: { token: key, sees: [tenant.id] } };
  }

  /** Lets a person who has an account work in a tenant. */
  async addMember(tenant: Tenant, person: Person, role: string): Promise<void> {
    await this.client.must(tenant.owner, json('POST', '/v1/members', { email: person.email, role }));
  }

  /** Takes a person's membership, if they have one. */
  async removeMember(tenant: Tenant, { userId }: Person): Promise<void> {
    const { status } = await this.client.send(tenant.owner, json('DELETE', `/v1/members/${userId}`));
    if (status >= 300 && status !== UNKNOWN) throw new Error(`a member could not be removed: ${status}`);
  }

  /** Makes a person platform staff. */
  async addStaff(person: Person, role: string): Promise<void> {
    await this.client.must(this.admin, json('POST', '/v1/staff', { email: person.email, role }));
  }
}
