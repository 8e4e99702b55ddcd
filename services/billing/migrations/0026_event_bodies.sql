-- What Stripe sent may name people: after its time only what tells the event apart from every other is left, for good.
alter table billing.stripe_event alter column body drop not null;
create index stripe_event_body on billing.stripe_event (received_at) where body is not null;
