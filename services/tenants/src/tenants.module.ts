import { Module } from '@nestjs/common';
import { prepareOwner, type Operation } from '@tenantry/contracts';
import { defineService } from '@tenantry/service';
import { TenantsSettings } from './config.js';
import { CreateOrganization } from './organizations/create-organization.js';
import { GetOrganization } from './organizations/get-organization.js';
import { ListOrganizations } from './organizations/list-organizations.js';
import { GetAccessPolicy } from './policies/get-access-policy.js';
import { ReplaceAccessPolicy } from './policies/replace-access-policy.js';
import { SetRateLimit } from './policies/set-rate-limit.js';
import { Every15sAskAgain } from './provisioning/every-15s-ask-again.js';
import { GetProvisioning } from './provisioning/get-provisioning.js';
import { OnDataSpaceFailed } from './provisioning/on-data-space-failed.js';
import { OnDataSpaceReady } from './provisioning/on-data-space-ready.js';
import { OnOwnerEstablished } from './provisioning/on-owner-established.js';
import { OnOwnerFailed } from './provisioning/on-owner-failed.js';
import { RetryProvisioning } from './provisioning/retry-provisioning.js';
import { refill } from './refill.js';
import { ActivateTenant } from './registry/activate-tenant.js';
import { CreateTenant } from './registry/create-tenant.js';
import { DeactivateTenant } from './registry/deactivate-tenant.js';
import { GetMyTenant } from './registry/get-my-tenant.js';
import { GetTenant } from './registry/get-tenant.js';
import { GetTenantInfo } from './registry/get-tenant-info.js';
import { ListTenants } from './registry/list-tenants.js';
import { OwnerPreparation } from './registry/owner.js';
import { Registry } from './registry/registry.js';
import { SetBillingSuspension } from './registry/set-billing-suspension.js';
import { CollectTenantSubject } from './subjects/collect-tenant-subject.js';
import { EraseTenantSubject } from './subjects/erase-tenant-subject.js';
import { PlanTenantSubject } from './subjects/plan-tenant-subject.js';
import { SuspendTenant } from './registry/suspend-tenant.js';

const operations = [
  CreateOrganization,
  ListOrganizations,
  GetOrganization,
  CreateTenant,
  ListTenants,
  GetTenant,
  GetMyTenant,
  GetTenantInfo,
  SuspendTenant,
  SetBillingSuspension,
  ActivateTenant,
  DeactivateTenant,
  GetProvisioning,
  RetryProvisioning,
  GetAccessPolicy,
  ReplaceAccessPolicy,
  SetRateLimit,
];
const subjects = [PlanTenantSubject, CollectTenantSubject, EraseTenantSubject];
const reactions = [OnOwnerEstablished, OnOwnerFailed, OnDataSpaceReady, OnDataSpaceFailed];
const schedules = [Every15sAskAgain];

/** The registry of tenants: a table of contents. */
@Module({
  controllers: [...operations, ...subjects, ...reactions, ...schedules],
  providers: [Registry, OwnerPreparation],
})
export class TenantsModule {}

export const tenantsService = defineService({
  name: 'tenants',
  module: TenantsModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['registry'],
  buckets: ['tenants', 'policies'],
  watches: ['tenants', 'revocations'],
  calls: [prepareOwner as Operation],
  settings: TenantsSettings,
  refill,
});
