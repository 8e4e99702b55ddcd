-- An event that came as a CloudEvent is named by its source and its id, with the unit separator between. It is one event, whatever its type.
create unique index usage_event_source on billing.usage_event (tenant_id, id) where position(e'\x1f' in id) > 0;
