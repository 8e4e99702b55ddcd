import { CheckBudgetBeforeUsage } from './check-budget-before-usage.js';
import { CloseBudget } from './close-budget.js';
import { CreateBudget } from './create-budget.js';
import { GetBudget } from './get-budget.js';
import { GetReservation } from './get-reservation.js';
import { HoldSpending } from './hold-spending.js';
import { ListBudgets } from './list-budgets.js';
import { ListOverspends } from './list-overspends.js';
import { ListShadowDenials } from './list-shadow-denials.js';
import { LogApiUsageAndUpdateBudget } from './log-api-usage-and-update-budget.js';
import { ReleaseReservation } from './release-reservation.js';
import { ReserveBudget } from './reserve-budget.js';
import { SettleReservation } from './settle-reservation.js';
import { SettleSpending } from './settle-spending.js';
import { SettleSpendings } from './settle-spendings.js';
import { SimulateReservation } from './simulate-reservation.js';
import { SplitReservation } from './split-reservation.js';
import { SplitSpending } from './split-spending.js';
import { UpdateBudget } from './update-budget.js';

/** The operations on budgets, holds and what they refuse. */
export const budgets = [
  CreateBudget,
  ListBudgets,
  GetBudget,
  UpdateBudget,
  CloseBudget,
  ReserveBudget,
  SettleReservation,
  ReleaseReservation,
  GetReservation,
  SimulateReservation,
  SplitReservation,
  ListOverspends,
  ListShadowDenials,
  CheckBudgetBeforeUsage,
  LogApiUsageAndUpdateBudget,
  HoldSpending,
  SplitSpending,
  SettleSpending,
  SettleSpendings,
];
