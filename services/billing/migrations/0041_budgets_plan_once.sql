-- Plans for the very ids of a call are never better than those for any ids, and planning is dearer than the work: once the tables had been
-- analysed, Postgres took the former for the cheaper ones, and a hold cost a third more.
alter function billing.budget_closure set plan_cache_mode = force_generic_plan;
alter function billing.lock_budgets set plan_cache_mode = force_generic_plan;
alter function billing.reserve_budgets set plan_cache_mode = force_generic_plan;
alter function billing.split_hold set plan_cache_mode = force_generic_plan;
alter function billing.end_hold set plan_cache_mode = force_generic_plan;
