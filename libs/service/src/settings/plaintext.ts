import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { ServiceSettings } from './service-settings.js';
import { SettingsError } from './settings.js';

const TLS_TO_POSTGRES = ['require', 'verify-ca', 'verify-full'];

/**
 * What crosses a network crosses it encrypted, unless the operator says otherwise.
 * @throws SettingsError naming the setting that leaves the machine in plaintext
 */
export function refusePlaintext(settings: ServiceSettings): void {
  if (settings.ALLOW_PLAINTEXT) {
    return;
  }
  const nats = settings.NATS_URL.split(',').map((url) => new URL(url));
  if (nats.some(({ protocol, hostname }) => protocol !== 'tls:' && !isLoopback(hostname))) {
    throw plaintext('NATS_URL', 'use tls://');
  }
  refusePlainPostgres('DATABASE_URL', settings.DATABASE_URL);
  refusePlainPostgres('SUBJECT_KEYS_URL', settings.SUBJECT_KEYS_URL);
  refusePlainKms(settings);
  if (!isLoopback(settings.HTTP_HOST)) {
    throw plaintext('HTTP_HOST', 'put a proxy that ends TLS in front of it');
  }
}

function refusePlainPostgres(setting: string, url: string | undefined): void {
  const postgres = url ? new URL(url) : undefined;
  const isPlain = !TLS_TO_POSTGRES.includes(postgres?.searchParams.get('sslmode') ?? '');
  if (postgres && isPlain && !isLoopback(postgres.hostname)) {
    throw plaintext(setting, 'add ?sslmode=verify-full');
  }
}

function refusePlainKms({ KMS_TRANSIT_URL: url }: ServiceSettings): void {
  const kms = url ? new URL(url) : undefined;
  if (kms?.protocol === 'http:' && !isLoopback(kms.hostname)) {
    throw plaintext('KMS_TRANSIT_URL', 'use https://');
  }
}

function plaintext(setting: string, remedy: string): SettingsError {
  return new SettingsError(`${setting} is plaintext beyond this machine: ${remedy}, or set ALLOW_PLAINTEXT=true`);
}

function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  return address === 'localhost' || (isIP(address) > 0 && ipaddr.process(address).range() === 'loopback');
}
