-- The platform counts some things itself, under meters whose keys begin with "platform.": a job of its own writes them for all tenants.
call platform.control_access('billing.meter', 'billing_metering', 'select, insert');
call platform.control_access('billing.usage_event', 'billing_metering', 'select, insert');
call platform.control_access('billing.usage_hour', 'billing_metering', 'select, insert, update');
call platform.control_access('billing.usage_distinct', 'billing_metering', 'select, insert');
