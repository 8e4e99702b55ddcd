-- Which erasure a plan carries out again says nothing about anybody.
call platform.tenant_table('compliance.subject_plan', classes => '{"repeats": "internal"}');
