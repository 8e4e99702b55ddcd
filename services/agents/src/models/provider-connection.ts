/** The dialects that providers speak. */
export type ProviderKind = 'openai' | 'anthropic';

/** How a provider is reached, and as whom. */
export interface ProviderConnection {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The one way out. */
  readonly fetch: typeof globalThis.fetch;
}
