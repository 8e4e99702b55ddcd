-- Billing is asked before the commit that hands a token out, so who asks twice under one Idempotency-Key is known by it already before: money is held once.
-- The key goes when what was held has ended without a token, so that it may be tried again.
alter table agents.token_allowance add column request_key text;   -- SHA-256 of who asked what under which key
call platform.tenant_table('agents.token_allowance', classes => '{"request_key": "internal"}');
create unique index token_allowance_request on agents.token_allowance (tenant_id, request_key) where request_key is not null;
call platform.control_access('agents.agent_token', 'agents_completions', 'select');
