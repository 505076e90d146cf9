-- The access log and its seals.

-- name: add
insert into access_log (actor, action, cases, purpose) values (%(actor)s, %(action)s, %(cases)s::uuid[], %(purpose)s);

-- name: add_batch
-- Some lines: one could not hold a hundred thousand cases.
insert into access_log (actor, action, cases, purpose)
select %(actor)s, %(action)s, array_agg(id order by id), %(purpose)s::text
from (select id, (row_number() over (order by id) - 1) / 1000 as piece from cases where batch = %(batch)s) as them
group by piece order by piece;

-- name: add_report
insert into access_log (actor, action, cases, purpose)
select %(actor)s, %(action)s, array_agg(id order by id), %(purpose)s::text
from (
    select id, (row_number() over (order by id) - 1) / 1000 as piece from (
        select id from cases where batch = %(batch)s
        union
        select case_id from batch_remainders where batch = %(batch)s and case_id is not null
    ) as rows
) as them
group by piece order by piece;

-- name: wait_for_writers
-- Behind this lock every line below the highest number is there, or never will be. Only a moment, and readers go on.
lock table access_log in share row exclusive mode;

-- name: last_seal
select up_to, digest from access_seals order by up_to desc limit 1;

-- name: unsealed
select id, at, actor, action, cases, purpose from access_log where id > %(after)s order by id limit %(limit)s;

-- name: seal
insert into access_seals (up_to, lines, newest, digest) values (%(up_to)s, %(lines)s, %(newest)s, %(digest)s)
on conflict (up_to) do nothing;

-- name: seals
select up_to, lines, newest, digest, purged_at from access_seals where up_to > %(after)s order by up_to limit %(limit)s;

-- name: lines
select id, at, actor, action, cases, purpose from access_log where id > %(after)s and id <= %(up_to)s order by id;

-- name: loose
-- Lines that no seal covers yet, and lines that nobody can have written.
select (select count(*) from access_log where id > %(after)s) as lines,
       (select count(*) from access_log where id < 1) as early;

-- name: over
-- The oldest seals whose lines may go, all of each.
select up_to, (select coalesce(max(b.up_to), 0) from access_seals b where b.up_to < s.up_to) as after
from access_seals s where purged_at is null and newest < %(over)s order by up_to limit 20;

-- name: purge_lines
delete from access_log where id > %(after)s and id <= %(up_to)s;

-- name: purge_seal
update access_seals set purged_at = now() where up_to = %(up_to)s;

-- name: of_case
select at, actor, action, purpose from access_log where cases @> array[%(case)s::uuid] order by id desc limit %(limit)s;
