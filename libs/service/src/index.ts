export { accessLines, MAX_ACCESSES } from './access-lines.js';
export { boot, type ServiceHandle } from './boot.js';
export { Cursors } from './cursors.js';
export type { Readiness } from './health/readiness.js';
export { keyEncryptionsOf } from './kms/key-encryptions.js';
export { Ledger, type LedgerEntry, type LedgerPlace } from './ledger.js';
export { LinkSigner } from './link-signer.js';
export { Logger } from './logger.js';
export { Mailer, type Mail } from './mail/mailer.js';
export { patiently } from './lifecycle/patiently.js';
export { MailSettings } from './mail/mail-settings.js';
export * from './outbound/outbound-error.js';
export * from './outbound/outbound-http.js';
export { personRows } from './person-rows.js';
export { serve, type ServiceNews } from './serve.js';
export * from './service.js';
export { firstAdmin, FirstAdminSettings } from './settings/first-admin.js';
export { readMasterKey, readSecretFile } from './settings/secret-file.js';
export { ServiceSettings } from './settings/service-settings.js';
export {
  describeSetting,
  flag,
  list,
  port,
  natsServers,
  settings,
  SettingsError,
  type Environment,
  type SettingsClass,
} from './settings/settings.js';
