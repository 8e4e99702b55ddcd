import { Controller } from '@nestjs/common';
import {
  PrivacySettingsReplaced,
  replacePrivacySettings,
  type PrivacySettings,
  type ReplacePrivacySettingsRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertKnownCalendar } from '../clock/holidays.js';
import { assertReadable, printSettings } from './brand.js';
import { findSettings, saveSettings } from './settings.table.js';

/** Opens or closes the form, says how it looks and which holidays count. Requests that are open keep their calendar. */
@Controller()
export class ReplacePrivacySettings {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(replacePrivacySettings)
  async handle(request: ReplacePrivacySettingsRequest, ctx: TenantContext): Promise<PrivacySettings> {
    const { formEnabled, calendar = null, accentColor = null, introduction = null, policyUrl = null } = request;
    const after = { isFormEnabled: formEnabled, calendar, accentColor, introduction, policyUrl };
    assertKnownCalendar(after.calendar);
    assertReadable(after);
    return this.tenants.transaction(ctx, async (tx) => {
      const change = { resource: 'privacy_settings', id: ctx.tenantId, action: 'update' } as const;
      const old = { ...(await findSettings(tx)) };
      await saveSettings(tx, after);
      tx.publish(new PrivacySettingsReplaced({ formEnabled }), { changes: [{ ...change, old, new: { ...after } }] });
      return printSettings(after);
    });
  }
}
