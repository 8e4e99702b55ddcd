-- Which request another one repeats, and what was decided about that, tell nothing about the person.
call platform.tenant_table('compliance.privacy_request', classes => '{"duplicate_of": "none", "duplicate_decision": "none"}');
