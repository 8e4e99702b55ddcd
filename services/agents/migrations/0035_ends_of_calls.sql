-- A call ends once. Who writes its end does so in the flight that commits, and sees no rows: that another end was there undoes the commit.
create function agents.assert_ended(calls bigint) returns void language plpgsql immutable as $$
begin
  if calls = 0 then
    raise exception 'the call has ended before' using errcode = 'AC409';
  end if;
end $$;
grant execute on function agents.assert_ended to agents_service;
