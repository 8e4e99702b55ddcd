import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { headers, type Msg } from '@nats-io/transport-node';
import { answerSubject, connectBus, silentLog, type Bus } from '@tenantry/messaging';
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose';
import type { Instance } from './instance.js';

const REPLY_TIMEOUT_MS = 10_000;

/** What a context says; see docs/adr/0004. */
export interface Claims {
  readonly ten: string;
  readonly cell: string;
  readonly mode: string;
  readonly act: { readonly k: string; readonly i: string; readonly r?: string };
  readonly pur: string;
  readonly per: readonly string[];
}

/** Somebody who stole the gateway's login to the bus, and, for the controls, its signing key. */
export class BusAttacker {
  private constructor(
    private readonly bus: Bus,
    private readonly gatewayKey: KeyObject,
    private readonly keyId: string,
  ) {}

  static async enter(instance: Instance): Promise<BusAttacker> {
    const bus = await connectBus({
      url: await instance.natsUrl(),
      service: 'gateway',
      nkeySeed: (await instance.secret('gateway.nk')).trim(),
      log: silentLog,
    });
    const key = createPrivateKey(await instance.secret('gateway.context.pem'));
    const { keys } = JSON.parse(await instance.secret('context.jwks.json')) as {
      keys: { iss?: string; kid?: string }[];
    };
    const keyId =
      keys.find(({ iss }) => iss === 'gateway')?.kid ??
      (await calculateJwkThumbprint(await exportJWK(createPublicKey(key))));
    return new BusAttacker(bus, key, keyId);
  }

  /** A context as the gateway would sign it. */
  sign(claims: Claims, expiresInS: number, key: KeyObject = this.gatewayKey): Promise<string> {
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: this.keyId, typ: 'tenantry-ctx+jwt' })
      .setIssuer('gateway')
      .setAudience('tenants')
      .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInS)
      .sign(key);
  }

  /** The same claims under the gateway's key id, signed with a key of the attacker's own. */
  forge(claims: Claims): Promise<string> {
    return this.sign(claims, 30, generateKeyPairSync('ed25519').privateKey);
  }

  /** A true context whose tenant was edited after it was signed. */
  async edit(claims: Claims, tenantId: string): Promise<string> {
    const [header, payload, signature] = (await this.sign(claims, 30)).split('.');
    const edited = { ...JSON.parse(Buffer.from(payload!, 'base64url').toString()), ten: tenantId };
    return [header, Buffer.from(JSON.stringify(edited)).toString('base64url'), signature].join('.');
  }

  /** Asks the tenants service, straight on the bus, whose tenant the context is for. */
  async askMyTenant(context: string): Promise<{ refused: string | null; tenantId: string | null }> {
    const hdrs = headers();
    hdrs.set('Tenantry-Context', context);
    hdrs.set(
      'Tenantry-Request',
      JSON.stringify({ id: randomUUID(), ip: null, ua: null, dl: Date.now() + REPLY_TIMEOUT_MS }),
    );
    const reply = await this.bus.connection.request('rpc.tenants.v1.GetMyTenant', '{}', {
      headers: hdrs,
      timeout: REPLY_TIMEOUT_MS,
      noMux: true,
      reply: answerSubject(this.bus.service, randomUUID(), 'tenants', 'demo'),
    });
    return readReply(reply);
  }

  async close(): Promise<void> {
    await this.bus.drain();
  }
}

function readReply(reply: Msg): { refused: string | null; tenantId: string | null } {
  const body = reply.json<{ reason?: string; id?: string }>();
  const refused = reply.headers?.get('Tenantry-Fault') ? (body.reason ?? 'refused') : null;
  return { refused, tenantId: refused ? null : (body.id ?? null) };
}
