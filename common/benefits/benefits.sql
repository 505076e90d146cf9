-- What Roger did, counted from the event log: done once, and each time a case went to a person. What ended at intake
-- (fence 0) saved nobody's time.

-- name: know_versions
-- The minutes of a version are those it began with: reports of the past keep theirs.
insert into process_versions (process, version, manual_hundredths, fallout_hundredths)
select * from unnest(%(process)s::text[], %(version)s::smallint[], %(manual)s::int[], %(fallout)s::int[])
on conflict (process, version) do nothing;

-- name: known_versions
select process, version, manual_hundredths, fallout_hundredths from process_versions;

-- name: position
-- One counter at a time; the horizon is the oldest transaction still open, before which nothing can be added.
select tx, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon from benefit_position for update;

-- name: count
insert into benefits (process, version, unit, month, automatic, manual)
select c.process, c.version, coalesce(c.unit, ''), date_trunc('month', e.at at time zone 'Europe/Oslo')::date,
       count(*) filter (where e.to_state = 'done' and e.fence > 0), count(*) filter (where e.to_state = 'manual')
from events e join cases c on c.id = e.case_id
where e.tx >= %(since)s and e.tx < %(until)s and e.to_state in ('done', 'manual') and not c.test
group by 1, 2, 3, 4
on conflict (process, version, unit, month) do update
set automatic = benefits.automatic + excluded.automatic, manual = benefits.manual + excluded.manual;

-- name: counted
update benefit_position set tx = %(until)s;

-- name: figures
-- What is counted and what has happened since, in one look: exact at its moment.
with since as materialized (
    select tx from benefit_position
), fresh as (
    select c.process, c.version, coalesce(c.unit, '') as unit,
           date_trunc('month', e.at at time zone 'Europe/Oslo')::date as month,
           count(*) filter (where e.to_state = 'done' and e.fence > 0) as automatic,
           count(*) filter (where e.to_state = 'manual') as manual
    from events e
    -- Case by case: PostgreSQL takes what is fresh for a third of everything, and would read all cases for it.
    cross join lateral (
        select k.process, k.version, k.unit, k.test from cases k where k.id = e.case_id offset 0
    ) c
    where e.tx >= (select tx from since) and e.to_state in ('done', 'manual') and not c.test
    group by 1, 2, 3, 4
), together as (
    select process, version, unit, month, automatic, manual from benefits
    union all select process, version, unit, month, automatic, manual from fresh
)
select t.process, t.unit, t.month, sum(t.automatic)::bigint as automatic, sum(t.manual)::bigint as manual,
       sum(t.automatic * coalesce(v.manual_hundredths, 0) - t.manual * coalesce(v.fallout_hundredths, 0))::bigint as saved
from together t left join process_versions v using (process, version)
where (%(first)s::date is null or t.month >= %(first)s) and (%(last)s::date is null or t.month <= %(last)s)
  and (%(process)s::text is null or t.process = %(process)s) and (%(unit)s::text is null or t.unit = %(unit)s)
  and (%(units)s::text[] is null or t.unit = any(%(units)s))
group by t.process, t.unit, t.month
order by t.month, t.process, t.unit;
