import { MasterKey, type KeyEncryption } from '@tenantry/database';
import type { OutboundHttp } from '../outbound/outbound-http.js';
import { readMasterKey, readSecretFile } from '../settings/secret-file.js';
import type { ServiceSettings } from '../settings/service-settings.js';
import { SettingsError } from '../settings/settings.js';
import { TransitKey } from './transit-key.js';

type KeySettings = Pick<
  ServiceSettings,
  | 'MASTER_KEY_FILE'
  | 'MASTER_KEY_OTHER_FILE'
  | 'KMS_TRANSIT_URL'
  | 'KMS_TRANSIT_MOUNT'
  | 'KMS_TRANSIT_KEY'
  | 'KMS_TRANSIT_TOKEN_FILE'
  | 'KMS_TRANSIT_OPENS_ONLY'
>;

/**
 * What the settings say wraps the tenants' keys, first, and what opens them besides. None without any setting.
 * @throws SettingsError naming a setting that is missing or wrong
 */
export function keyEncryptionsOf(settings: KeySettings, http: Pick<OutboundHttp, 'request'>): readonly KeyEncryption[] {
  const { MASTER_KEY_FILE: file, MASTER_KEY_OTHER_FILE: otherFile } = settings;
  const keys = [
    ...(file ? [new MasterKey(readMasterKey(file))] : []),
    ...(otherFile ? [new MasterKey(readMasterKey(otherFile, 'MASTER_KEY_OTHER_FILE'))] : []),
  ];
  const transit = transitOf(settings, http);
  if (!transit) return keys;
  if (!file)
    throw new SettingsError('MASTER_KEY_FILE is missing: with a key service, too, it seals cursors and ledgers');
  return settings.KMS_TRANSIT_OPENS_ONLY ? [...keys, transit] : [transit, ...keys];
}

function transitOf(settings: KeySettings, http: Pick<OutboundHttp, 'request'>): TransitKey | null {
  const { KMS_TRANSIT_URL: url, KMS_TRANSIT_TOKEN_FILE: tokenFile } = settings;
  if (!url) return null;
  if (!tokenFile) throw new SettingsError('KMS_TRANSIT_TOKEN_FILE is missing: KMS_TRANSIT_URL needs a token');
  const token = (): string => readSecretFile('KMS_TRANSIT_TOKEN_FILE', tokenFile).toString().trim();
  token(); // a file that can't be read is found at boot
  return new TransitKey(http, { url, token, mount: settings.KMS_TRANSIT_MOUNT, key: settings.KMS_TRANSIT_KEY });
}
