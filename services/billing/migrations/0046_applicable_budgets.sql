-- Which budgets apply was planned anew for every hold, because a plan for the very scopes of a call looks cheaper than it is. A function keeps its plan.

-- The ids of the open budgets in a currency for everything of the tenant, of those for any of the scopes, and those that are named, whatever they
-- are: one that can't hold must refuse, and not be left out. At most 100 besides the named ones.
create function billing.applicable_budgets(kinds text[], scopes text[], named uuid[], unit text) returns uuid[]
  language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return array((select b.id from billing.budget b
      where b.closed_at is null and b.currency = unit
        and ((b.parent_id is null and b.scope_kind is null) or (b.scope_kind, b.scope_id) in (
          select wanted.kind, wanted.scope from unnest(kinds, scopes) as wanted (kind, scope)))
      order by b.id limit 100)
    union select unnest(named));
end $$;
grant execute on function billing.applicable_budgets to billing_service;
