-- A process that has a relay of its own wakes it when it has committed, and says so with the setting `app.relay`. Postgres need not tell it, and so not
-- everybody who listens to anything in this database; nor do commits wait for one another then, as those that notify do. Whoever has no relay
-- beside it still notifies.
drop trigger announce on {service}.outbox;
create trigger announce after insert on {service}.outbox
  for each statement when (current_setting('app.relay', true) is distinct from 'near') execute function {service}.announce_outbox();
