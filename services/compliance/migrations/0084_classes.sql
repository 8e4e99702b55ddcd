-- What the columns of duplicates and of told holds are classed as.
call platform.tenant_table('compliance.privacy_request', classes => '{"duplicate_of": "none", "duplicate_decision": "none"}');
call platform.tenant_table('compliance.legal_hold', classes => '{"told_at": "none"}');
