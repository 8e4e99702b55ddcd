import { DeleteProviderKey } from './delete-provider-key.js';
import { GetModel } from './get-model.js';
import { ListModelProviders } from './list-model-providers.js';
import { ListModels } from './list-models.js';
import { ListProviderKeys } from './list-provider-keys.js';
import { PutModelProvider } from './put-model-provider.js';
import { PutProviderKey } from './put-provider-key.js';

/** What is asked about models, their providers and the keys by which they let us in. */
export const modelHandlers = [
  ...[ListModels, GetModel, PutModelProvider, ListModelProviders],
  ...[PutProviderKey, ListProviderKeys, DeleteProviderKey],
];
