import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../requests/privacy-request.table.js';

/** How a tenant takes privacy requests. */
export interface Settings {
  readonly isFormEnabled: boolean;
  readonly calendar: string | null;
}

/** The settings of the tenant; without any there is no form and no calendar. */
export async function findSettings(rows: Rows): Promise<Settings> {
  const [settings] = await rows.query<Settings>(
    sql`select is_form_enabled as "isFormEnabled", calendar from compliance.privacy_settings`,
  );
  return settings ?? { isFormEnabled: false, calendar: null };
}

export async function saveSettings(tx: Transaction, { isFormEnabled, calendar }: Settings): Promise<void> {
  await tx.execute(sql`
    insert into compliance.privacy_settings (tenant_id, is_form_enabled, calendar)
    values (${tx.tenantId}, ${isFormEnabled}, ${calendar})
    on conflict (tenant_id) do update set is_form_enabled = excluded.is_form_enabled, calendar = excluded.calendar`);
}
