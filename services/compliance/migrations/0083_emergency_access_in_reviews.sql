-- Emergency access of the platform's staff is part of a review's population.
alter table compliance.access_item drop constraint access_item_kind_check,
  add constraint access_item_kind_check check (kind in ('member', 'api_key', 'support_grant', 'break_glass', 'agent', 'agent_token'));
