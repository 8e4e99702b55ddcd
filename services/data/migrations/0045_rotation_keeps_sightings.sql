-- Sealing a row again changes nothing in it, so the days that a rule of retention counts without a date go on: the rotation says
-- that the version which it wrote is the one that was seen.
call platform.control_access('data.retention_sighting', 'data_rotation', 'select, update');
call platform.control_access('data.retention_rule', 'data_rotation', 'select');
