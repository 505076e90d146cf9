-- Wrapped data keys, place by place, brought under the master key that seals now.

-- name: places
-- How far each place has come for this version.
select place, after, done_at from key_rewraps where version = %(version)s;

-- name: note
insert into key_rewraps (place, version, after, done_at)
values (%(place)s, %(version)s, %(after)s, case when %(done)s then now() end)
on conflict (place) do update set version = excluded.version, after = excluded.after, done_at = excluded.done_at;

-- name: read_case_contents
select case_id as id, key from case_contents where %(after)s::uuid is null or case_id > %(after)s
order by case_id limit %(limit)s;

-- name: write_case_contents
-- Only what is still as it was read: it may have been deleted meanwhile, or rewrapped by another errands process.
update case_contents c set key = n.new
from unnest(%(ids)s::uuid[], %(old)b::bytea[], %(new)b::bytea[]) as n (id, old, new)
where c.case_id = n.id and c.key = n.old;

-- name: read_evidence
select id, key from evidence where %(after)s::uuid is null or id > %(after)s order by id limit %(limit)s;

-- name: write_evidence
update evidence e set key = n.new
from unnest(%(ids)s::uuid[], %(old)b::bytea[], %(new)b::bytea[]) as n (id, old, new)
where e.id = n.id and e.key = n.old;

-- name: read_ledger
-- A fact stands under each index key there was, always with the same data key.
select distinct id, wrapped_key as key from ledger where %(after)s::uuid is null or id > %(after)s
order by id limit %(limit)s;

-- name: write_ledger
update ledger l set wrapped_key = n.new
from unnest(%(ids)s::uuid[], %(old)b::bytea[], %(new)b::bytea[]) as n (id, old, new)
where l.id = n.id and l.wrapped_key = n.old;

-- name: read_webhooks
select id, key from webhooks where %(after)s::uuid is null or id > %(after)s order by id limit %(limit)s;

-- name: write_webhooks
update webhooks w set key = n.new
from unnest(%(ids)s::uuid[], %(old)b::bytea[], %(new)b::bytea[]) as n (id, old, new)
where w.id = n.id and w.key = n.old;

-- name: read_batch_reports
select batch as id, key from batch_reports where %(after)s::uuid is null or batch > %(after)s
order by batch limit %(limit)s;

-- name: write_batch_reports
update batch_reports r set key = n.new
from unnest(%(ids)s::uuid[], %(old)b::bytea[], %(new)b::bytea[]) as n (id, old, new)
where r.batch = n.id and r.key = n.old;

-- name: read_entrusted
select id, key from entrusted where key is not null and (%(after)s::uuid is null or id > %(after)s)
order by id limit %(limit)s;

-- name: write_entrusted
update entrusted e set key = n.new
from unnest(%(ids)s::uuid[], %(old)b::bytea[], %(new)b::bytea[]) as n (id, old, new)
where e.id = n.id and e.key = n.old;

-- name: read_files
-- One key for all pieces of a file.
select id, key from files where %(after)s::uuid is null or id > %(after)s order by id limit %(limit)s;

-- name: write_files
-- Locked in the order of their ids, as everybody locks several files.
with old as (
    select f.id, n.new
    from files f join unnest(%(ids)s::uuid[], %(old)b::bytea[], %(new)b::bytea[]) as n (id, old, new)
        on f.id = n.id and f.key = n.old
    order by f.id for no key update of f
)
update files f set key = old.new from old where f.id = old.id;
