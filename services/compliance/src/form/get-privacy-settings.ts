import { Controller } from '@nestjs/common';
import { getPrivacySettings, type GetPrivacySettingsRequest, type PrivacySettings } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { printSettings } from './brand.js';
import { findSettings } from './settings.table.js';

/** How the tenant takes privacy requests. */
@Controller()
export class GetPrivacySettings {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getPrivacySettings)
  async handle(_: GetPrivacySettingsRequest, ctx: TenantContext): Promise<PrivacySettings> {
    const settings = await findSettings({ query: (statement) => this.tenants.query(ctx, statement) });
    return printSettings(settings);
  }
}
