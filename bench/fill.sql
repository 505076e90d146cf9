-- Cases by the million, put in by the server itself: their contents are sealed with nothing that opens, so none of them
-- may ever be performed. Ids rise with time, as real ones do.

-- name: indexes
-- Every index but the primary keys: building them afterwards takes a fraction of the time.
select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
from pg_index i where i.indrelid in ('cases'::regclass, 'events'::regclass) and not i.indisprimary;

-- name: waiting
-- Cases of the lowest priority, each about a person of its own: a long line behind whatever is put in as usual.
with n as (
    select i, (lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || '7001' || '8001'
               || lpad(to_hex(i), 12, '0'))::uuid as id,
           sha256(('waiting:' || i)::bytea) as key
    from generate_series(%(first)s::bigint, %(last)s::bigint) i
), stored as (
    insert into cases (id, process, version, caller, reference, content, subject, lock, unit, priority, due, state,
                       submitted_at, ready_at)
    select id, %(process)s, 1, 'bench', key, key, key, key, 'unit-' || i %% 40, 9, now() + i * interval '1 second',
           'queued', now(), now()
    from n
), contents as (
    insert into case_contents (case_id, key, payload) select id, %(key)s, %(payload)s from n
)
insert into events (case_id, actor, to_state) select id, 'caller:bench', 'queued' from n;

-- name: finished
-- Cases of the two years before, one after the other, of 40 units, each tenth about a person who was there before.
with n as (
    select i, now() - interval '2 years' + (i::float8 / %(of)s) * interval '2 years' as at,
           sha256(('finished:' || i)::bytea) as key, sha256(('person:' || i %% (%(of)s * 9 / 10 + 1))::bytea) as person
    from generate_series(%(first)s::bigint, %(last)s::bigint) i
), n_id as (
    select n.*, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7002' || '8002'
                 || lpad(to_hex(i), 12, '0'))::uuid as id
    from n
), stored as (
    insert into cases (id, process, version, caller, reference, content, subject, lock, unit, priority, due, state,
                       outcome, fence, submitted_at, ready_at, ended_at)
    select id, %(process)s, 1, 'bench', key, key, person, person, 'unit-' || i %% 40, 5, at + interval '4 hours',
           'done', 'NOOP', 1, at, at, at + interval '1 minute'
    from n_id
), contents as (
    insert into case_contents (case_id, key, payload, result) select id, %(key)s, %(payload)s, %(result)s from n_id
)
insert into events (case_id, at, actor, from_state, to_state, code, fence)
select id, at + move * interval '30 seconds', case move when 0 then 'caller:bench' else 'worker:bench' end,
       case move when 1 then 'queued' when 2 then 'running' end,
       case move when 0 then 'queued' when 1 then 'running' else 'done' end,
       case move when 2 then 'NOOP' end, least(move, 1)
from n_id cross join generate_series(0, 2) move order by i, move;

-- name: benefits
-- What the errands would have counted meanwhile.
insert into benefits (process, version, unit, month, automatic, manual)
select process, version, coalesce(unit, ''), date_trunc('month', ended_at at time zone 'Europe/Oslo')::date, count(*), 0
from cases where state = 'done' group by 1, 2, 3, 4
on conflict (process, version, unit, month) do update set automatic = excluded.automatic;

-- name: counted
update benefit_position set tx = pg_current_xact_id()::text::bigint;
