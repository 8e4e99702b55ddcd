/** Stops the Postgres that the set-up started. */
// eslint-disable-next-line no-restricted-syntax -- Jest calls the default export
export default async function globalTeardown(): Promise<void> {
  await globalThis.tenantryStopTestPostgres?.();
}
