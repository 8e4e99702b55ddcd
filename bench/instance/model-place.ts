import { startModelLocal } from '@tenantry/model-local';
import { limitTenant, prepareTenant, signIn } from './client.js';
import { npmStart, type StartOptions } from './npm-start.js';
import { takePlace, takePostgres } from './place.js';

/** An instance whose models are the local stand-in, with a tenant; all of it ends with the stack. */
export interface ModelPlace {
  readonly url: string;
  readonly pid: number;
  /** Of the tenant's owner. */
  readonly token: string;
  /** Where the stand-in answers by itself. */
  readonly modelUrl: string;
}

export async function openModelPlace(stack: AsyncDisposableStack, options: StartOptions = {}): Promise<ModelPlace> {
  const local = await startModelLocal();
  stack.defer(() => local.close());
  const { directory, settings } = await takePlace(stack);
  const postgres = await takePostgres(stack, directory);
  const environment = { ...settings, DATABASE_URL: postgres.url, LOCAL_MODEL_URL: local.baseUrl };
  const { address: url, pid, stop } = await npmStart(environment, options);
  stack.defer(stop);
  const admin = await signIn(url);
  const { id, token } = await prepareTenant(url, admin, 'bench', 'pool');
  await limitTenant(url, admin, id);
  return { url, pid, token, modelUrl: local.baseUrl };
}
