import { Module } from '@nestjs/common';
import { budgets } from './budgets/budgets-operations.js';
import { payments } from './payments/payments-operations.js';
import { CollectBillingSubject } from './subjects/collect-billing-subject.js';
import { EraseBillingSubject } from './subjects/erase-billing-subject.js';
import { PlanBillingSubject } from './subjects/plan-billing-subject.js';
import { setBillingSuspension, type Operation } from '@tenantry/contracts';
import { defineService, OutboundHttp } from '@tenantry/service';
import { Every30sExpireReservations } from './budgets/every-30s-expire-reservations.js';
import { SpendingSettlement } from './budgets/spending-settlement.js';
import { TenantCalendar } from './budgets/tenant-calendar.js';
import { BillingSettings } from './config.js';
import { BillingSuspension } from './dunning/billing-suspension.js';
import { DunningLadder } from './dunning/dunning-ladder.js';
import { Every15mDun } from './dunning/every-15m-dun.js';
import { OnDunningEased } from './dunning/on-dunning-eased.js';
import { OnDunningStepReached } from './dunning/on-dunning-step-reached.js';
import { CheckEntitlement } from './entitlements/check-entitlement.js';
import { ListEntitlementOverrides } from './entitlements/list-entitlement-overrides.js';
import { ListEntitlements } from './entitlements/list-entitlements.js';
import { OverrideEntitlement } from './entitlements/override-entitlement.js';
import { CloseInvoice } from './invoices/close-invoice.js';
import { CreditInvoice } from './invoices/credit-invoice.js';
import { InvoicePrinter } from './invoices/invoice-printer.js';
import { CreditNotes } from './invoices/credit-notes.js';
import { EveryHourInvoiceMonths } from './invoices/every-hour-invoice-months.js';
import { RerateInvoice } from './invoices/rerate-invoice.js';
import { DraftInvoice } from './invoices/draft-invoice.js';
import { FinalizeInvoice } from './invoices/finalize-invoice.js';
import { GetInvoice } from './invoices/get-invoice.js';
import { GetInvoiceDocument } from './invoices/get-invoice-document.js';
import { InvoiceBook } from './invoices/invoice-book.js';
import { InvoiceDrafts } from './invoices/invoice-drafts.js';
import { InvoiceOpening } from './invoices/invoice-opening.js';
import { InvoiceTerms } from './invoices/invoice-terms.js';
import { ListInvoices } from './invoices/list-invoices.js';
import { MonthInvoices } from './invoices/month-invoices.js';
import { ListLineUsage } from './invoices/list-line-usage.js';
import { TraceUsageEvent } from './invoices/trace-usage-event.js';
import { OnCompletionEnded } from './metering/on-completion-ended.js';
import { PlatformLedger } from './metering/platform-ledger.js';
import { RecordDataSizes } from './metering/record-data-sizes.js';
import { RecordGatewayCalls } from './metering/record-gateway-calls.js';
import { ArchiveMeter } from './meters/archive-meter.js';
import { CreateMeter } from './meters/create-meter.js';
import { GetMeter } from './meters/get-meter.js';
import { ListMeters } from './meters/list-meters.js';
import { EveryHourGatherOrganizations } from './organizations/every-hour-gather-organizations.js';
import { Gathering } from './organizations/gathering.js';
import { GetOrganizationUsage } from './organizations/get-organization-usage.js';
import { ListOrganizationInvoices } from './organizations/list-organization-invoices.js';
import { OnOrganizationDunningChanged } from './organizations/on-organization-dunning-changed.js';
import { Organizations } from './organizations/organizations.js';
import { SetOrganizationBilling } from './organizations/set-organization-billing.js';
import { Attempts } from './payments/attempts.js';
import { AutomaticCollection } from './payments/automatic-collection.js';
import { Collection } from './payments/collection.js';
import { ConnectedAccounts } from './payments/connected-accounts.js';
import { DriftCheck } from './payments/drift-check.js';
import { EventInbox } from './payments/event-inbox.js';
import { Every10sApplyEvents } from './payments/every-10s-apply-events.js';
import { Every5sMakeCustomers } from './payments/every-5s-make-customers.js';
import { EveryDayCheckDrift } from './payments/every-day-check-drift.js';
import { EveryMinuteCollectInvoices } from './payments/every-minute-collect-invoices.js';
import { EveryHourForgetEventBodies } from './payments/every-hour-forget-event-bodies.js';
import { EveryMinuteFinishRefunds } from './payments/every-minute-finish-refunds.js';
import { EveryMinuteSettlePayments } from './payments/every-minute-settle-payments.js';
import { OpenPaymentAccount } from './payments/on-tenant-activated.js';
import { Redactions } from './redactions/redactions.js';
import { PaymentAccounts } from './payments/payment-accounts.js';
import { PaymentProvider } from './payments/payment-provider.js';
import { Refunds } from './payments/refunds.js';
import { Settlement } from './payments/settlement.js';
import { StripeProvider } from './payments/stripe-provider.js';
import { ExportInvoiceLines } from './overview/export-invoice-lines.js';
import { GetBillingOverview } from './overview/get-billing-overview.js';
import { GetPlatformBilling } from './overview/get-platform-billing.js';
import { Catalog } from './plans/catalog.js';
import { CreatePlan } from './plans/create-plan.js';
import { CreatePlanVersion } from './plans/create-plan-version.js';
import { GetPlan } from './plans/get-plan.js';
import { ListPlans } from './plans/list-plans.js';
import { Notices } from './notices/notices.js';
import { OnCollectionFailed } from './notices/on-collection-failed.js';
import { OnBudgetThresholdReached } from './notices/on-budget-threshold-reached.js';
import { OnDunningStepMail } from './notices/on-dunning-step-mail.js';
import { OnInvoiceOpened } from './notices/on-invoice-opened.js';
import { GetBillingProfile } from './profiles/get-billing-profile.js';
import { SetBillingContact } from './profiles/set-billing-contact.js';
import { SetCollection } from './profiles/set-collection.js';
import { SetTenantTax } from './profiles/set-tenant-tax.js';
import { refill } from './refill.js';
import { CancelSubscription } from './subscriptions/cancel-subscription.js';
import { ChangeTenantPlan } from './subscriptions/change-tenant-plan.js';
import { FirstPlan } from './subscriptions/first-plan.js';
import { GetSubscription } from './subscriptions/get-subscription.js';
import { OnTenantActivated } from './subscriptions/on-tenant-activated.js';
import { CheckUsage } from './usage/check-usage.js';
import { GetUsage } from './usage/get-usage.js';
import { RecordUsage } from './usage/record-usage.js';
import { UsageLedger } from './usage/usage-ledger.js';

const plans = [CreatePlan, CreatePlanVersion, GetPlan, ListPlans];
const schedules = [
  Every30sExpireReservations,
  Every15mDun,
  Every5sMakeCustomers,
  EveryMinuteSettlePayments,
  Every10sApplyEvents,
  EveryDayCheckDrift,
  EveryHourForgetEventBodies,
  EveryHourGatherOrganizations,
  EveryMinuteCollectInvoices,
  EveryMinuteFinishRefunds,
  EveryHourInvoiceMonths,
];

const subscriptions = [GetSubscription, ChangeTenantPlan, CancelSubscription];
const entitlements = [ListEntitlements, CheckEntitlement, OverrideEntitlement, ListEntitlementOverrides];
const meters = [CreateMeter, ListMeters, GetMeter, ArchiveMeter];
const usage = [RecordGatewayCalls, RecordDataSizes, RecordUsage, CheckUsage, GetUsage];
const invoices = [
  DraftInvoice,
  FinalizeInvoice,
  CloseInvoice,
  CreditInvoice,
  RerateInvoice,
  GetInvoice,
  GetInvoiceDocument,
  ListInvoices,
  ListLineUsage,
  TraceUsageEvent,
];
const organizations = [SetOrganizationBilling, ListOrganizationInvoices, GetOrganizationUsage];
const overview = [GetBillingOverview, GetPlatformBilling, ExportInvoiceLines];
const profiles = [GetBillingProfile, SetBillingContact, SetTenantTax, SetCollection];
const subjects = [PlanBillingSubject, CollectBillingSubject, EraseBillingSubject];
const notices = [OnCollectionFailed, OnInvoiceOpened, OnDunningStepMail, OnBudgetThresholdReached];
const reactions = [
  OnTenantActivated,
  OpenPaymentAccount,
  OnDunningStepReached,
  OnDunningEased,
  OnCompletionEnded,
  OnOrganizationDunningChanged,
  ...notices,
];

/** Who takes the money; replaced in no test, for what stands in for Stripe is on the other end. */
const paymentProvider = {
  provide: PaymentProvider,
  inject: [BillingSettings, OutboundHttp],
  useFactory: (given: BillingSettings, outbound: OutboundHttp) => new StripeProvider(given, outbound),
};

/** Plans, usage and money: a table of contents. */
@Module({
  controllers: [
    ...subjects,
    ...plans,
    ...subscriptions,
    ...entitlements,
    ...meters,
    ...usage,
    ...invoices,
    ...organizations,
    ...profiles,
    ...payments,
    ...overview,
    ...budgets,
    ...reactions,
    ...schedules,
  ],
  providers: [
    Catalog,
    FirstPlan,
    UsageLedger,
    PlatformLedger,
    SpendingSettlement,
    TenantCalendar,
    Organizations,
    Gathering,
    InvoicePrinter,
    InvoiceBook,
    InvoiceDrafts,
    InvoiceOpening,
    MonthInvoices,
    InvoiceTerms,
    CreditNotes,
    DunningLadder,
    BillingSuspension,
    Notices,
    paymentProvider,
    PaymentAccounts,
    Redactions,
    Settlement,
    Collection,
    AutomaticCollection,
    EventInbox,
    Attempts,
    ConnectedAccounts,
    Refunds,
    DriftCheck,
  ],
})
export class BillingModule {}

export const billingService = defineService({
  name: 'billing',
  module: BillingModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['catalog', 'budgets', 'invoices', 'payments', 'metering'],
  buckets: ['entitlements'],
  watches: ['tenants', 'revocations', 'entitlements'],
  calls: [setBillingSuspension as Operation],
  settings: BillingSettings,
  refill,
});
