-- The new columns of a space have the class that columns have when nobody says more.
call platform.tenant_table('data.space');
