/** Who the benches sign in as. */
export const EMAIL = 'bench@example.com';
export const PASSWORD = 'bench horse battery staple 9';

export async function send<T>(method: string, url: string, token: string | null, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const response = await fetch(url, { method, headers, body: body ? JSON.stringify(body) : undefined });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

export async function signIn(gateway: string, email = EMAIL): Promise<string> {
  const body = { email, password: PASSWORD };
  return (await send<{ accessToken: string }>('POST', `${gateway}/v1/auth/login`, null, body)).accessToken;
}

/** The owner of a tenant that was prepared. */
export const ownerOf = (slug: string): string => `owner@${slug}.example`;

/** A tenant with an owner who has signed in. */
export async function prepareTenant(
  gateway: string,
  admin: string,
  slug: string,
  isolation: 'pool' | 'schema',
): Promise<{ id: string; token: string }> {
  const ownerEmail = ownerOf(slug);
  const facts = { slug, name: slug, isolation, ownerEmail, ownerPassword: PASSWORD };
  const { id, status } = await send<{ id: string; status: string }>('POST', `${gateway}/v1/tenants`, admin, facts);
  if (status !== 'active') throw new Error(`the tenant is ${status} after ten seconds`);
  return { id, token: await signIn(gateway, ownerEmail) };
}

/** More than any bench asks. */
export const LIFTED = { ratePerS: 100_000, burst: 1_000_000 };

/** How much a tenant may ask from now on: a new one may ask 100 a second, and benches ask more. */
export async function limitTenant(gateway: string, admin: string, tenantId: string, limits = LIFTED): Promise<void> {
  await send('PUT', `${gateway}/v1/tenants/${tenantId}/rate-limit`, admin, limits);
}
