import { agentsService } from '@tenantry/agents';
import { auditService } from '@tenantry/audit';
import { billingService } from '@tenantry/billing';
import { complianceService } from '@tenantry/compliance';
import { dataService } from '@tenantry/data';
import { gatewayService } from '@tenantry/gateway';
import { identityService } from '@tenantry/identity';
import type { Service } from '@tenantry/service';
import { tenantsService } from '@tenantry/tenants';

/** Every service of Tenantry. */
export const services: readonly Service[] = [
  tenantsService,
  identityService,
  dataService,
  auditService,
  billingService,
  complianceService,
  agentsService,
  gatewayService,
];
