-- What the column is classed as.
call platform.person_table('identity.person', person_column => 'id', classes => '{"password_set_at": "none"}');
