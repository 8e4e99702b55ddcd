import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { AccessTokens } from '../credentials/access-tokens.js';
import { readBasic, takesBasic } from '../credentials/client-credentials.js';
import { Settling } from '../directories/settling.js';
import type { AgentToken, ApiKey, Credential, Exchange, Step } from './exchange.js';

const BEARER = /^Bearer +([\x21-\x7e]{1,4096})$/i;
const API_KEY = /^[sp]k_(live|test)_[\w-]{16,200}$/;
const AGENT_TOKEN = /^at_(live|test)_[\w-]{16,200}$/;

/**
 * Finds out who calls. An access token's signature is checked once and remembered by the token's hash; an API key or
 * an agent's token is looked up by its hash. Public operations ask nobody: signing in works with whatever stale token a client still sends.
 */
@Injectable()
export class Authenticate implements Step {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly directories: Directories,
    private readonly settling: Settling,
  ) {}

  async run(exchange: Exchange): Promise<void> {
    if (exchange.operation.scope === 'public') return;
    const secret = presentedSecret(exchange);
    const digest = hash('sha256', secret);
    exchange.credential = await this.credentialOf(secret, digest);
  }

  private credentialOf(secret: string, digest: string): Promise<Credential> {
    if (API_KEY.test(secret)) return this.apiKey(digest);
    if (AGENT_TOKEN.test(secret)) return this.agentToken(digest);
    return this.tokens.verify(secret, digest);
  }

  private async agentToken(digest: string): Promise<AgentToken> {
    const { agentTokens } = this.directories;
    const look = () => agentTokens.get(digest);
    const entry = look() ?? (await this.settling.find(agentTokens, `agent token ${digest}`, look));
    if (!entry) throw new Fault('unauthenticated', { cause: 'the token is not in the directory' });
    return { kind: 'agent', digest, entry };
  }

  private async apiKey(digest: string): Promise<ApiKey> {
    const { keys } = this.directories;
    const entry = keys.get(digest) ?? (await this.settling.find(keys, `key ${digest}`, () => keys.get(digest)));
    if (!entry) throw new Fault('unauthenticated', { cause: 'the key is not in the directory' });
    return { kind: 'key', digest, entry };
  }
}

/** The token or key of a request: Authorization first, else the header that row API clients send. OAuth clients send a key as their secret. */
function presentedSecret({ operation, incoming }: Exchange): string {
  const { authorization, apikey } = incoming.headers;
  const basic = takesBasic(operation) ? readBasic(authorization) : null;
  if (basic) return basic.secret;
  const presented = authorization ?? (typeof apikey === 'string' ? `Bearer ${apikey}` : undefined);
  const secret = presented === undefined ? undefined : BEARER.exec(presented)?.[1];
  if (secret === undefined) throw new Fault('unauthenticated', { cause: 'no bearer credential' });
  return secret;
}
