-- A copy of whom an erasure forgot: what was collected and its link are gone, and it does not say any more whose it was.
alter table compliance.subject_plan drop constraint subject_plan_status_check;
alter table compliance.subject_plan add constraint subject_plan_status_check check (status in
  ('planned', 'approved', 'collecting', 'review', 'released', 'delivered', 'erasing', 'held', 'certifying', 'done', 'erased'));
