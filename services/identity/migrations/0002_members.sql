-- Who belongs to which tenant, and as what. The platform's staff are the members of the platform's own tenant.
--
-- The e-mail address and name are this tenant's copy: a tenant sees what it was told, never the person's row. So there is no
-- foreign key to the person either; identity removes memberships with the person.
create table identity.membership (
  tenant_id uuid        not null,
  person_id uuid        not null,
  email     text        not null check (length(email) <= 254),
  name      text        check (length(name) between 1 and 120),
  role      text        not null check (role in (
    'owner', 'admin', 'manager', 'staff', 'agent', 'compliance', 'customer', 'super_admin', 'viewer')),
  joined_at timestamptz not null,
  constraint membership_once primary key (tenant_id, person_id),
  check (case when tenant_id = '00000000-0000-7000-8000-000000000001'
         then role in ('super_admin', 'admin', 'viewer') else role not in ('super_admin', 'viewer') end)
);
call platform.tenant_table('identity.membership', subject => 'person_id',
  classes => '{"email": "personal", "name": "personal", "role": "internal"}');
create index membership_person on identity.membership (person_id);
create index membership_page on identity.membership (tenant_id, joined_at, person_id);

-- The owner of a tenant that is being provisioned, from the request until the tenant is active.
create table identity.prepared_owner (
  tenant_id             uuid        not null,
  ref                   uuid        not null,
  email                 text        not null,
  password_hash         text,                              -- moves to the person when there is one
  password_set_by_staff boolean     not null,
  person_id             uuid,                              -- whom it made owner
  person_is_new         boolean     not null default false,
  attempt               integer     not null default 0,    -- the last attempt at provisioning that asked for it
  prepared_at           timestamptz not null,
  primary key (tenant_id, ref)
);
call platform.tenant_table('identity.prepared_owner', subject => 'person_id',
  classes => '{"email": "personal", "password_hash": "secret"}');

-- Sign-in: finds a person, a session or a link before anybody is known, and may change nothing of them.
call platform.control_access('identity.person', 'identity_signin', 'select');
call platform.control_access('identity.refresh_token', 'identity_signin', 'select');
call platform.control_access('identity.one_time_link', 'identity_signin', 'select');
call platform.control_access('identity.membership', 'identity_signin', 'select');

-- The directory: knows people beyond a tenant, to find or make the person behind an e-mail address and to say where they
-- all belong. `delete` takes back a person whom a failed provisioning made.
call platform.control_access('identity.person', 'identity_directory', 'select, insert, update, delete');
call platform.control_access('identity.session', 'identity_directory', 'select');
call platform.control_access('identity.one_time_link', 'identity_directory', 'select, insert, delete');
call platform.control_access('identity.membership', 'identity_directory', 'select');
call platform.control_access('identity.prepared_owner', 'identity_directory', 'insert');
