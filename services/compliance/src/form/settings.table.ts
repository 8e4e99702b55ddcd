import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../requests/privacy-request.table.js';
import { PLAIN, type Brand } from './brand.js';

/** How a tenant takes privacy requests. */
export interface Settings extends Brand {
  readonly isFormEnabled: boolean;
  readonly calendar: string | null;
}

/** The settings of the tenant; without any there is no form and no calendar. */
export async function findSettings(rows: Rows): Promise<Settings> {
  const [settings] = await rows.query<Settings>(
    sql`select is_form_enabled as "isFormEnabled", calendar, accent_color as "accentColor", introduction, policy_url as "policyUrl"
      from compliance.privacy_settings`,
  );
  return settings ?? { isFormEnabled: false, calendar: null, ...PLAIN };
}

export async function saveSettings(tx: Transaction, settings: Settings): Promise<void> {
  const { isFormEnabled, calendar, accentColor, introduction, policyUrl } = settings;
  await tx.execute(sql`
    insert into compliance.privacy_settings (tenant_id, is_form_enabled, calendar, accent_color, introduction, policy_url)
    values (${tx.tenantId}, ${isFormEnabled}, ${calendar}, ${accentColor}, ${introduction}, ${policyUrl})
    on conflict (tenant_id) do update set is_form_enabled = excluded.is_form_enabled, calendar = excluded.calendar,
      accent_color = excluded.accent_color, introduction = excluded.introduction, policy_url = excluded.policy_url`);
}
