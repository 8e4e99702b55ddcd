import { Controller } from '@nestjs/common';
import { getPrivacyForm, type GetPrivacyFormRequest, type PrivacyForm } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { FormTenants } from './form-tenants.js';
import { findSettings } from './settings.table.js';

/** What a form page shows of its tenant. No form and no tenant are answered alike. */
@Controller()
export class GetPrivacyForm {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly forms: FormTenants,
  ) {}

  @Handles(getPrivacyForm)
  async handle({ tenant }: GetPrivacyFormRequest, anonymous: TenantContext): Promise<PrivacyForm> {
    const place = this.forms.find(anonymous, tenant);
    if (!place) throw new Fault('not-found');
    const settings = await findSettings({ query: (statement) => this.tenants.query(place.ctx, statement) });
    if (!settings.isFormEnabled) throw new Fault('not-found');
    const { accentColor, introduction, policyUrl } = settings;
    return { tenantName: place.name, accentColor, introduction, policyUrl };
  }
}
