-- Who gave a member the role that they have: whoever reviews accesses decides about none that they gave. Unknown of memberships from before.
alter table identity.membership add column granted_by text;
call platform.tenant_table('identity.membership', subject => 'person_id',
  classes => '{"email": "personal", "name": "personal", "role": "internal", "granted_by": "internal"}');
