import { Module } from '@nestjs/common';
import { recordDataSizes, type Operation } from '@tenantry/contracts';
import { HealthDataGate } from './agreements/health-data-gate.js';
import { defineService } from '@tenantry/service';
import { DataSettings } from './config.js';
import { EverySecondReseal } from './encryption/every-second-reseal.js';
import { GetKeyRotation } from './encryption/get-key-rotation.js';
import { RotateTenantKey } from './encryption/rotate-tenant-key.js';
import { AddSchemaColumn } from './functions/add-schema-column.js';
import { AddSchemaForeignKey } from './functions/add-schema-foreign-key.js';
import { CreateSchemaTable } from './functions/create-schema-table.js';
import { DropSchemaColumn } from './functions/drop-schema-column.js';
import { DropSchemaForeignKey } from './functions/drop-schema-foreign-key.js';
import { GetSchemaTables } from './functions/get-schema-tables.js';
import { GetTableColumns } from './functions/get-table-columns.js';
import { GetTableForeignKeys } from './functions/get-table-foreign-keys.js';
import { AddProductColumn } from './product-tables/add-product-column.js';
import { AddProductForeignKey } from './product-tables/add-product-foreign-key.js';
import { CreateProductTable } from './product-tables/create-product-table.js';
import { DropProductColumn } from './product-tables/drop-product-column.js';
import { DropProductForeignKey } from './product-tables/drop-product-foreign-key.js';
import { DropProductTable } from './product-tables/drop-product-table.js';
import { EverySecondRollOut } from './product-tables/every-second-roll-out.js';
import { GetProductChange } from './product-tables/get-product-change.js';
import { GetProductTable } from './product-tables/get-product-table.js';
import { ListProductTables } from './product-tables/list-product-tables.js';
import { HeldRows } from './holds/held-rows.js';
import { FindSubjectHolds } from './holds/find-subject-holds.js';
import { HoldRows } from './holds/hold-rows.js';
import { LetGoRows } from './holds/let-go-rows.js';
import { OnLegalHoldPlaced } from './holds/on-legal-hold-placed.js';
import { OnLegalHoldReleased } from './holds/on-legal-hold-released.js';
import { OnLegalHoldRenewed } from './holds/on-legal-hold-renewed.js';
import { ProductDefinitions } from './product-tables/product-definitions.js';
import { ProductTables } from './product-tables/product-tables.js';
import { SetProductTableAccess } from './product-tables/set-product-table-access.js';
import { Every5mReportSizes } from './quotas/every-5m-report-sizes.js';
import { Every5sFoldCounts } from './quotas/every-5s-fold-counts.js';
import { EveryMinuteRecount } from './quotas/every-minute-recount.js';
import { ListCountDrifts } from './quotas/list-count-drifts.js';
import { ListTableUsage } from './quotas/list-table-usage.js';
import { Quotas } from './quotas/quotas.js';
import { RecountTables } from './quotas/recount-tables.js';
import { EverySecondIndexValues } from './own-values/every-second-index-values.js';
import { IndexKeeper } from './own-values/index-keeper.js';
import { ReadOwnValues } from './own-values/read-own-values.js';
import { ActivateRetentionRule } from './retention/activate-retention-rule.js';
import { AddRetentionRule } from './retention/add-retention-rule.js';
import { Archive } from './retention/archive.js';
import { EndRetentionRule } from './retention/end-retention-rule.js';
import { EveryTenSecondsApplyRetention } from './retention/every-ten-seconds-apply-retention.js';
import { ExportRetentionArchive } from './retention/export-retention-archive.js';
import { ListDataRetentionLogs } from './retention/list-data-retention-logs.js';
import { ListRetentionRules } from './retention/list-retention-rules.js';
import { PreviewRetentionRule } from './retention/preview-retention-rule.js';
import { RetentionRuns } from './retention/retention-runs.js';
import { RuleSpace } from './retention/rule-space.js';
import { ChangePublisher } from './rows/change-publisher.js';
import { DeleteRows } from './rows/delete-rows.js';
import { ExportRows } from './rows/export-rows.js';
import { ImportRows } from './rows/import-rows.js';
import { InsertRows } from './rows/insert-rows.js';
import { ReadRows } from './rows/read-rows.js';
import { RowReader } from './rows/row-reader.js';
import { RowWriter } from './rows/row-writer.js';
import { RowSearcher } from './rows/search/row-searcher.js';
import { RowVaults } from './rows/row-vaults.js';
import { SearchRows } from './rows/search-rows.js';
import { UpdateRows } from './rows/update-rows.js';
import { Catalog } from './spaces/catalog.js';
import { OnTenantDeactivated } from './spaces/on-tenant-deactivated.js';
import { OnTenantProvisioningFailed } from './spaces/on-tenant-provisioning-failed.js';
import { OnTenantReactivated } from './spaces/on-tenant-reactivated.js';
import { OnTenantRequested } from './spaces/on-tenant-requested.js';
import { OnTenantSuspended } from './spaces/on-tenant-suspended.js';
import { CollectSubjectRows } from './subjects/collect-subject-rows.js';
import { DescribeSubjectTables } from './subjects/describe-subject-tables.js';
import { EraseSubjectRows } from './subjects/erase-subject-rows.js';
import { MeasureTables } from './subjects/measure-tables.js';
import { PlanSubjectRows } from './subjects/plan-subject-rows.js';
import { SubjectFinder } from './subjects/subject-finder.js';
import { AddColumn } from './tables/add-column.js';
import { AddForeignKey } from './tables/add-foreign-key.js';
import { CreateTable } from './tables/create-table.js';
import { DropColumn } from './tables/drop-column.js';
import { DropForeignKey } from './tables/drop-foreign-key.js';
import { DropTable } from './tables/drop-table.js';
import { GetTable } from './tables/get-table.js';
import { ListTables } from './tables/list-tables.js';
import { SetTableAccess } from './tables/set-table-access.js';
import { TenantTables } from './tables/tenant-tables.js';

const tables = [
  CreateTable,
  ListTables,
  GetTable,
  SetTableAccess,
  DropTable,
  AddColumn,
  DropColumn,
  AddForeignKey,
  DropForeignKey,
];
const productTables = [
  CreateProductTable,
  ListProductTables,
  GetProductTable,
  SetProductTableAccess,
  DropProductTable,
  AddProductColumn,
  DropProductColumn,
  AddProductForeignKey,
  DropProductForeignKey,
  GetProductChange,
];
const rows = [ReadRows, SearchRows, InsertRows, UpdateRows, DeleteRows, ImportRows, ExportRows];
const functions = [
  CreateSchemaTable,
  AddSchemaColumn,
  DropSchemaColumn,
  AddSchemaForeignKey,
  DropSchemaForeignKey,
  GetSchemaTables,
  GetTableColumns,
  GetTableForeignKeys,
];
const subjects = [
  DescribeSubjectTables,
  PlanSubjectRows,
  CollectSubjectRows,
  EraseSubjectRows,
  MeasureTables,
  HoldRows,
  LetGoRows,
  FindSubjectHolds,
];
const reactions = [
  OnTenantRequested,
  OnTenantProvisioningFailed,
  OnTenantSuspended,
  OnTenantReactivated,
  OnTenantDeactivated,
  OnLegalHoldPlaced,
  OnLegalHoldReleased,
  OnLegalHoldRenewed,
];
const encryption = [RotateTenantKey, GetKeyRotation];
const retention = [
  ...[AddRetentionRule, ListRetentionRules, PreviewRetentionRule, ActivateRetentionRule],
  ...[EndRetentionRule, ListDataRetentionLogs, ExportRetentionArchive],
];
const schedules = [
  ...[EverySecondRollOut, EverySecondReseal, EverySecondIndexValues, EveryTenSecondsApplyRetention],
  ...[Every5sFoldCounts, Every5mReportSizes, EveryMinuteRecount],
];
const ownValues = [ReadOwnValues];
const quotas = [ListTableUsage, RecountTables, ListCountDrifts];

/** Product and tenant tables and their rows: a table of contents. */
@Module({
  controllers: [
    ...tables,
    ...productTables,
    ...rows,
    ...encryption,
    ...quotas,
    ...ownValues,
    ...functions,
    ...retention,
    ...subjects,
    ...reactions,
    ...schedules,
  ],
  providers: [
    Catalog,
    HealthDataGate,
    ProductDefinitions,
    ProductTables,
    TenantTables,
    RowReader,
    RowSearcher,
    RowWriter,
    ChangePublisher,
    RowVaults,
    HeldRows,
    Quotas,
    IndexKeeper,
    SubjectFinder,
    Archive,
    RetentionRuns,
    RuleSpace,
  ],
})
export class DataModule {}

export const dataService = defineService({
  name: 'data',
  module: DataModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['product', 'rotation', 'counts', 'values', 'retention'],
  ownerMay: ['create-schemas', 'create-roles'],
  subjectKeys: 'destroy',
  watches: ['tenants', 'revocations', 'agents', 'entitlements', 'agreements', 'policies'],
  calls: [recordDataSizes as Operation],
  settings: DataSettings,
});
